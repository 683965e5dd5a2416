/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_IMAGE_CHECK_H
#define IMAGE_ARCHIVE_IMAGE_CHECK_H

#include "image/image.h"

/*
 * Holding images to their digests. Blobs are the truth: each is read and hashed once, whatever number of
 * images has it. Layers are derived from them: one that is kept as its tar is held to its digest and its
 * index to the tar; of one that is unpacked no digest tells whether it is whole, only whether it is there.
 */
struct image_check {
	const struct containr *engine;
	struct strv sound;    /* digests of what was found to be whole */
	struct strv blobs;    /* digests of blobs that are missing or damaged */
	struct strv layers;   /* the same of layers */
	struct strv problems; /* of the image that was looked at last, a sentence each */
};

#define autoimagecheck __attribute__((cleanup(image_check_release))) struct image_check

void image_check_release(struct image_check *check);

/**
 * Looks at all that one entry of the index needs.
 *
 * Errors: of the looking itself: IO, OUT_OF_MEMORY. What is wrong with the image is in check->problems,
 * and its digest in the other lists.
 */
int image_check_entry(struct image_check *check, const struct index_entry *entry,
		      struct containr_error *err) MUST_CHECK;

/**
 * Makes the layers that were found damaged again from their blobs, and forgets what was found of them.
 *
 * @repairs: gets a sentence for each
 */
int image_check_rebuild(struct image_check *check, struct strv *repairs,
			struct containr_error *err) MUST_CHECK;

/**
 * Removes the blobs that were found damaged, so that a pull fetches them, and forgets what was found of
 * them.
 */
int image_check_drop_blobs(struct image_check *check, struct containr_error *err) MUST_CHECK;

/** Takes one name out of the index; the image has others. One that is not there is fine. */
int image_check_drop_name(const struct containr *engine, const char *name,
			  struct containr_error *err) MUST_CHECK;

#endif
