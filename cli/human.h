/* SPDX-License-Identifier: MIT */
#ifndef CLI_HUMAN_H
#define CLI_HUMAN_H

#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* Sizes and times as docker and podman write them (github.com/docker/go-units). */

#define HUMAN_TEXT_SIZE 32

/** Writes a size in powers of 1000: "4.2MB", "0B"; @digits significant ones (docker: 4, images 3).
 */
void human_size(int64_t bytes, int digits, char ret_text[HUMAN_TEXT_SIZE]);

/** Writes a size in powers of 1024, "1.5MiB": memory and its limits. */
void human_size_binary(int64_t bytes, char ret_text[HUMAN_TEXT_SIZE]);

/** Writes a span of time: "5 minutes", "About an hour", "Less than a second". */
void human_duration(int64_t ns, char ret_text[HUMAN_TEXT_SIZE]);

/** Writes how long ago @then_ns was, "5 minutes ago"; what lies ahead counts as just now. */
void human_ago(int64_t then_ns, int64_t now_ns, char ret_text[HUMAN_TEXT_SIZE]);

/** Appends @text cut to @width characters, the last one "…" where it was longer. */
void human_cut(struct str *out, const char *text, size_t width);

#endif
