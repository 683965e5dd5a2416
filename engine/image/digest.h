/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_DIGEST_H
#define IMAGE_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Digests as text: "sha256:" and 64 lower-case hexadecimal digits. Whatever becomes part of a path
 * has passed digest_is_valid() first.
 */

#define DIGEST_PREFIX "sha256:"
#define DIGEST_HEX_LEN 64
#define DIGEST_LEN (sizeof(DIGEST_PREFIX) - 1 + DIGEST_HEX_LEN)
#define DIGEST_SIZE (DIGEST_LEN + 1)
#define DIGEST_SHORT_LEN 12 /* hexadecimal digits that tables show */

/** Whether @text is a whole digest. Other algorithms than sha256 are not supported. */
bool digest_is_valid(const char *text);

/** Whether the first @len characters of @text are lower-case hexadecimal digits, at least one. */
bool digest_is_hex(const char *text, size_t len);

/** Returns the hexadecimal digits of a valid digest; borrowed from it. */
const char *digest_hex(const char *digest);

#endif
