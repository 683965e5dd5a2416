/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LAYER_H
#define IMAGE_ARCHIVE_LAYER_H

#include "image/archive/input.h"
#include "store/store.h"

/*
 * One archive becomes one layer in one pass: a blob for the content store, and its unpacked files.
 *
 * Two threads share the work. The first reads, decompresses or compresses, and writes the blob; the
 * second hashes the tar (the diff_id) and writes the files. An archive that is gzip or zstd already
 * becomes the blob byte for byte; anything else is compressed by zstd, but for what a container has
 * changed.
 */

#define LAYER_BLOB "blob"    /* in the folder given: the blob */
#define LAYER_FOLDER "layer" /* the folder that is to become layers/HEX */

struct layer {
	const char *media_type;
	char blob_digest[DIGEST_SIZE];
	int64_t blob_size;
	char diff_id[DIGEST_SIZE];
};

/* Where a layer is made, and of which kind. */
struct layer_place {
	int dir;       /* an empty folder, for LAYER_BLOB and LAYER_FOLDER */
	bool has_blob; /* none is made, and nothing is told of it: there is one, or none is needed */
	enum containr_storage storage;
	/* of changes only: where a layer that is there already is not unpacked again; NULL: nowhere */
	const struct containr *engine;
};

/**
 * Makes a layer of an archive.
 *
 * @source: the archive
 * @place:  what is there after a failure is the caller's to remove
 * Errors: INVALID_ARCHIVE, NO_SPACE, IO, INVALID_STATE when it was cancelled.
 */
int layer_from_archive(const struct input_source *source, const struct layer_place *place,
		       struct layer *ret_layer, struct containr_error *err) MUST_CHECK;

/** Makes a layer of a folder's content; the same otherwise. */
int layer_from_folder(const char *path, const struct input_watch *watch,
		      const struct layer_place *place, struct layer *ret_layer,
		      struct containr_error *err) MUST_CHECK;

/**
 * Makes a layer of overlayfs's writable folder @upper (borrowed); the same otherwise. The blob is the tar
 * as it is: who commits waits for it, and who pushes compresses it. With mounted layers both are one file.
 */
int layer_from_changes(int upper, const struct layer_place *place, struct layer *ret_layer,
		       struct containr_error *err) MUST_CHECK;

#endif
