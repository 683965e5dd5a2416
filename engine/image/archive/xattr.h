/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_XATTR_H
#define IMAGE_ARCHIVE_XATTR_H

#include "image/archive/tar.h"

/** What becomes of an extended attribute of an archive. */
enum xattr_policy { XATTR_KEEP, XATTR_DROP, XATTR_REFUSE };

/**
 * Decides by name: user.* and security.capability are kept; those by which overlayfs would read
 * other files than the layer's are refused; the rest belongs to the host they were made on.
 */
enum xattr_policy xattr_policy(const char *name);

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
