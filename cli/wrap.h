/* SPDX-License-Identifier: MIT */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include "base/str.h"

/**
 * Appends @text broken between words into lines of at most @width columns, and a newline.
 *
 * @indent: blanks before every line but the first, for text that stands in a column; they count
 */
void wrap_append(struct str *out, const char *text, size_t indent, size_t width);

/** The same for paragraphs that are parted by empty lines. */
void wrap_paragraphs(struct str *out, const char *text, size_t width);

/** Appends @count blanks. */
void wrap_blanks(struct str *out, size_t count);

#endif
