/* SPDX-License-Identifier: MIT */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>

/**
 * Length of the UTF-8 sequence at @bytes, 1 to 4; 0 if it is not well-formed (overlong forms,
 * surrogates and values above U+10FFFF included; Unicode 15, table 3-7).
 *
 * @left: bytes that may be looked at, at least 1
 */
size_t utf8_len(const char *bytes, size_t left);

#endif
