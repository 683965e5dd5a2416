/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_PUBLISH_H
#define IMAGE_ARCHIVE_PUBLISH_H

#include "image/image.h"
#include "image/workdir.h"

/* A blob that lies complete in the workdir. */
struct new_blob {
	const char *file; /* its name there; NULL: it is in the store already */
	char digest[DIGEST_SIZE];
	int64_t size;
};

struct new_layer {
	struct new_blob blob;
	const char *diff_id;
	const char *folder; /* in the workdir; becomes layers/HEX; NULL: that is there already */
};

/* An image whose parts lie complete in the workdir, or in the store. */
struct new_image {
	const char *name;	/* in full; NULL for none */
	const char *event;	/* that tells of it, "import", "commit" or "pull" */
	const char *media_type; /* of the manifest */
	const char *source;	/* digest by which a registry knows it; NULL: none */
	struct new_blob manifest;
	struct new_blob config;
	const struct new_layer *layers;
	size_t layer_count;
	int *pin; /* of image_pin(), closed before anything is deleted again; NULL: the maker has none */
};

/**
 * Makes an image visible: syncs its files, moves them into the store and names it in the index. It
 * takes CONTENT_LOCK from the first rename on; before, nobody can see what is in the workdir, and
 * after, the index needs it, so that a deletion at any time leaves it alone.
 *
 * Errors: NO_SPACE, IO; LOCKED when something that was there has been removed meanwhile. What was
 * moved by then is deleted again.
 */
int publish(const struct containr *engine, const struct workdir *dir, const struct new_image *image,
	    struct containr_error *err) MUST_CHECK;

/**
 * Moves a layer that lies complete and synced in the workdir to layers/HEX; one that is there stays.
 * CONTENT_LOCK is held.
 */
int publish_layer(const struct containr *engine, const struct workdir *dir,
		  const struct new_layer *layer, struct containr_error *err) MUST_CHECK;

/** Waits until layers that were moved keep their names. Errors: IO. */
int publish_sync_layers(const struct containr *engine, struct containr_error *err) MUST_CHECK;

/**
 * Deletes what was moved and is needed by nobody; an error here changes nothing. CONTENT_LOCK is held,
 * and no image_pin().
 */
void publish_undo(const struct containr *engine);

#endif
