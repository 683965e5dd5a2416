/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_HISTORY_H
#define IMAGE_HISTORY_H

#include "image/digest.h"
#include "store/store.h"

/* How an image came to be: one step for each instruction, or commit (image-spec, config.md, "history"). */

struct history_step {
	int64_t created_ns; /* since 1970; 0: not told */
	char *created_by;   /* "" where it is not told */
	char *comment;
	int64_t size; /* bytes of its layer as it is stored; 0 for none */
};

struct history {
	char id[DIGEST_SIZE];	    /* of the image */
	struct history_step *steps; /* newest first */
	size_t count;
};

#define autohistory __attribute__((cleanup(history_release))) struct history

/**
 * Reads the history of an image. Layers that it does not tell of are the oldest steps.
 *
 * @reference: as for containr_image_inspect()
 * Errors: IMAGE_NOT_FOUND, IMAGE_CORRUPT, UNSUPPORTED.
 */
int history_load(const struct containr *engine, const char *reference, struct history *ret_history,
		 struct containr_error *err) MUST_CHECK;
void history_release(struct history *history);

#endif
