/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_FOLDER_H
#define IMAGE_ARCHIVE_FOLDER_H

#include "base/error.h"

#include <stddef.h>

/** Takes the next bytes of a tar. Returns 0, or the negated code with @err filled. */
typedef int folder_write_function(void *data, const void *bytes, size_t len,
				  struct containr_error *err);

/**
 * Writes what lies below the folder @path as a pax tar. Mounts below it are left out, sockets too;
 * hard links, holes, extended attributes and times of nanoseconds are kept.
 *
 * @write, @data: where the tar goes
 * Errors: those of @write; IO, PERMISSION_DENIED for what cannot be read.
 */
int folder_write_tar(const char *path, folder_write_function *write, void *data,
		     struct containr_error *err) MUST_CHECK;

#endif
