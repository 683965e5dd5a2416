/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_EROFS_H
#define IMAGE_ARCHIVE_EROFS_H

#include "image/archive/layer_tree.h"

/*
 * An EROFS index of a tar: a file system that holds names and attributes, while the content of files
 * stays where it is, in the tar, which is a device of the file system. So a layer is mounted without
 * having been unpacked (Documentation/filesystems/erofs.rst; the format is the kernel's
 * fs/erofs/erofs_fs.h). Blocks are those of a tar, 512 bytes.
 *
 *	mount -t erofs -o device=layer.tar layer.erofs /mnt
 */

/**
 * Writes the index of @tree to @fd, from its start.
 *
 * @tree:     has no holes
 * @tar_size: bytes of the tar
 * @identity: becomes the UUID, 16 bytes
 * Errors: NO_SPACE, IO, OUT_OF_MEMORY; INVALID_ARCHIVE for what the format cannot say.
 */
int erofs_write(const struct layer_tree *tree, int64_t tar_size, const unsigned char *identity,
		int fd, struct containr_error *err) MUST_CHECK;

#endif
