/* SPDX-License-Identifier: MIT */
#ifndef BASE_PATH_H
#define BASE_PATH_H

#include <stdbool.h>
#include <stddef.h>

/** Returns what follows the last slash of @path; borrowed from it. */
const char *path_basename(const char *path);

/**
 * Returns @path without "//", "/./" and with ".." resolved by text alone (never above the root of
 * an absolute path); the caller frees it. NULL without memory. Suits names that are shown or
 * compared; what is opened goes through openat2(2).
 */
char *path_clean(const char *path);

/** Joins two parts with one slash; an absolute @tail is taken relative to @head. The caller frees
 * it. */
char *path_join(const char *head, const char *tail);

/** Whether @path lies at or below @folder, both clean and absolute. */
bool path_is_below(const char *path, const char *folder);

#endif
