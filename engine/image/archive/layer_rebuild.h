/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LAYER_REBUILD_H
#define IMAGE_ARCHIVE_LAYER_REBUILD_H

#include "base/error.h"
#include "store/store.h"

/*
 * Layers are derived from what has a digest: files from a blob, an index from a tar. So they can be
 * held to it, and made again. CONTENT_LOCK is held by whoever makes one again.
 */

/**
 * Compares the index of a layer that is kept as its tar with what the tar says; one that is unpacked has
 * none. Errors: IMAGE_CORRUPT when it is missing or another one; INVALID_ARCHIVE for a damaged tar.
 */
int layer_check_index(const struct containr *engine, const char *digest,
		      struct containr_error *err) MUST_CHECK;

/** Makes the index of a layer whose tar is whole again. */
int layer_rebuild_index(const struct containr *engine, const char *digest,
			struct containr_error *err) MUST_CHECK;

/**
 * Makes a layer again from the blob that an image in the store has for it. What lies at its place is
 * deleted: containers that run on it should not.
 *
 * Errors: IMAGE_NOT_FOUND when no image has it, or the blob of none is whole.
 */
int layer_rebuild_from_blob(const struct containr *engine, const char *digest,
			    struct containr_error *err) MUST_CHECK;

#endif
