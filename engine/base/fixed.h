/* SPDX-License-Identifier: MIT */
#ifndef BASE_FIXED_H
#define BASE_FIXED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text in a buffer of fixed size, without printf: for the monitor, where printf(3) would be half of
 * the program's memory. What does not fit is left out, and `overflow` tells.
 */
struct fixed {
	char *data; /* always NUL-terminated */
	size_t size;
	size_t len;
	bool overflow;
};

/** Starts an empty text in an array. */
#define FIXED_INIT(array)                                                                          \
	((struct fixed) { .data = ((array)[0] = '\0', (array)), .size = sizeof(array) })

void fixed_put_len(struct fixed *fixed, const char *bytes, size_t len);
void fixed_put(struct fixed *fixed, const char *text);
void fixed_put_int(struct fixed *fixed, int64_t value);

/** Reads a decimal number from the start of @text; 0 if there is none. */
int64_t fixed_parse_int(const char *text);

#endif
