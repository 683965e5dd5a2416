/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SNAPSHOT_IMPORT_H
#define IMAGE_ARCHIVE_SNAPSHOT_IMPORT_H

#include "image/archive/tar.h"
#include "image/snapshot.h"

/**
 * Reads what snapshot_export() has written, and makes a snapshot of it. Each layer has to have the digest
 * that it is said to have; what is not in the archive has to be in the store, the image too.
 *
 * @read, @data: where the archive comes from
 * @name:        of the snapshot; NULL: as in the archive
 * @ret_name:    SNAPSHOT_NAME_MAX + 1 bytes
 * Errors: INVALID_ARCHIVE, SNAPSHOT_EXISTS, SNAPSHOT_NOT_FOUND for a parent's layer, IMAGE_NOT_FOUND.
 */
int snapshot_import(const struct containr *engine, tar_read_function *read, void *data,
		    const char *name, char ret_name[SNAPSHOT_NAME_MAX + 1],
		    struct containr_error *err) MUST_CHECK;

#endif
