/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_XATTR_H
#define IMAGE_ARCHIVE_XATTR_H

#include "image/archive/tar.h"

#include <linux/limits.h>

#define XATTR_VALUE_MAX 65535 /* the kernel's bound is a byte more, EROFS's is this */

/**
 * Decides by an attribute's name what becomes of it: user.* and security.capability are kept; those
 * by which overlayfs would read other files than the layer's are refused; the rest belongs to the
 * host they were made on.
 *
 * @name: of the entry, for errors
 * Errors: INVALID_ARCHIVE for a refused one.
 */
int xattr_is_kept(const char *key, const char *name, bool *ret_is_kept,
		  struct containr_error *err) MUST_CHECK;

/**
 * Writes the extended attributes of @entry to the open file.
 *
 * @name: of the entry, for errors
 * Errors: INVALID_ARCHIVE for a refused one; IO, where the file system has none: UNSUPPORTED, but
 * only for security.capability, as executables would miss it.
 */
int xattr_write_all(int fd, const struct tar_entry *entry, const char *name,
		    struct containr_error *err) MUST_CHECK;

#endif
