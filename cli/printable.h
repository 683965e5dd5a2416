/* SPDX-License-Identifier: MIT */
#ifndef CLI_PRINTABLE_H
#define CLI_PRINTABLE_H

#include "base/str.h"

/**
 * Appends @text so that a terminal shows it and obeys none of it: control characters (C0, DEL, C1)
 * and bytes that are not UTF-8 become \xNN. Names, commands and error messages can come from an
 * image or a container.
 */
void printable_append(struct str *out, const char *text);

/** Returns how many columns @text takes, counting one a code point; it must be printable. */
size_t printable_width(const char *text);

#endif
