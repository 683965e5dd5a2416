/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LAYER_STORE_H
#define IMAGE_ARCHIVE_LAYER_STORE_H

#include "image/archive/layer_tree.h"
#include "image/digest.h"
#include "store/store.h"

/*
 * What becomes of a layer's tar: its files, unpacked (overlay), or the tar itself with an index
 * (erofs). Where the index cannot say what is in the tar, or cannot be mounted here, the files are
 * unpacked after all.
 */
struct layer_store {
	tar_read_function *read; /* where the tar comes from */
	void *data;
	enum containr_storage storage;
	int folder; /* that is to become layers/HEX */
	/* where the tar is to be found afterwards, as it is; name NULL: nowhere */
	int blob_dir;
	const char *blob_name;
	/* whose layers are not unpacked a second time: the folder stays empty; NULL: no matter */
	const struct containr *engine;
	int tar; /* -1: it is not kept */
	int64_t tar_size;
	struct layer_tree tree;
	struct containr_error *err;
};

#define LAYER_STORE_INIT ((struct layer_store) { .folder = -1, .tar = -1 })

void layer_store_release(struct layer_store *store);

/**
 * Prepares the folder.
 *
 * @store:  with read, data, storage and err set
 * @folder: empty, taken over
 * Errors: IO, OUT_OF_MEMORY.
 */
int layer_store_open(struct layer_store *store, int folder) MUST_CHECK;

/**
 * Reads all of the tar, what follows its end mark included.
 *
 * Errors: as of unpack_tar().
 */
int layer_store_take(struct layer_store *store) MUST_CHECK;

/** Does what is left to do when the tar's digest is known. Errors: NO_SPACE, IO. */
int layer_store_finish(struct layer_store *store, const char *diff_id) MUST_CHECK;

/**
 * Writes the index of a tar.
 *
 * @tree: as layer_index_read() made it
 * @fd:   empty file, borrowed
 */
int layer_store_write_index(const struct layer_tree *tree, int64_t tar_size, const char *diff_id,
			    int fd, struct containr_error *err) MUST_CHECK;

#endif
