/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_UNPACK_H
#define IMAGE_ARCHIVE_UNPACK_H

#include "image/archive/tar.h"

#define UNPACK_ENTRIES_MAX 10000000

enum unpack_kind {
	UNPACK_LAYER, /* of an image, into an empty folder: .wh. files are whiteouts */
	/* into a folder that has files: names are names, and no folder takes the place of a file,
	 * nor a file that of a folder */
	UNPACK_FILES,
};

/**
 * Unpacks a tar (ustar, pax, GNU, not compressed) into the folder @root.
 *
 * The tar is read to its end mark, which must be there: one that was cut off is refused, not
 * accepted in part. What follows the mark is not read.
 *
 * @read, @data: where the bytes come from
 * Errors: INVALID_ARCHIVE names the entry or the byte; NO_SPACE, PERMISSION_DENIED, IO.
 */
int unpack_tar(tar_read_function *read, void *data, int root, enum unpack_kind kind,
	       struct containr_error *err) MUST_CHECK;

#endif
