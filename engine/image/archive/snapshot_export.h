/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SNAPSHOT_EXPORT_H
#define IMAGE_ARCHIVE_SNAPSHOT_EXPORT_H

#include "image/archive/folder.h"
#include "image/snapshot.h"

/*
 * A snapshot as a tar: "snapshot.json", the record as it is in the store, and for each layer
 * "blobs/sha256/HEX", its tar. Below the last layer of the record may be some that are not in the archive.
 */

#define SNAPSHOT_ARCHIVE_RECORD "snapshot.json"
#define SNAPSHOT_ARCHIVE_BLOBS "blobs/sha256/"

/**
 * Writes a snapshot. Each layer is held to its digest before a byte of it is written.
 *
 * @with_parents: all its layers, and not just its own
 * Errors: IMAGE_CORRUPT; those of @write.
 */
int snapshot_export(const struct containr *engine, const struct containr_snapshot *snapshot,
		    bool with_parents, folder_write_function *write, void *data,
		    struct containr_error *err) MUST_CHECK;

#endif
