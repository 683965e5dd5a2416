/* SPDX-License-Identifier: MIT */
#ifndef BASE_FS_SIZE_H
#define BASE_FS_SIZE_H

#include "base/error.h"

#include <stdint.h>

/**
 * Adds up the sizes of the files below a folder. No symbolic link is followed; what goes away
 * meanwhile does not count, and neither does what cannot be read.
 *
 * @path: relative to @dir
 */
int fs_size(int dir, const char *path, int64_t *ret_bytes, struct containr_error *err) MUST_CHECK;

#endif
