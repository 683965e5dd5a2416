/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_CP_PLACE_H
#define CLI_IMAGE_CP_PLACE_H

#include "base/error.h"

#include <stdbool.h>

/* Where `cp` takes files from and puts them to. Pure: what is there is told by the caller. */

/* One side of a copy. */
struct cp_place {
	char *container;  /* NULL: the host */
	const char *path; /* borrowed from the operand */
	bool exists;
	bool is_folder;
};

/* Into which folder something goes, and under which name. */
struct cp_target {
	char *folder;
	char *name; /* NULL: only what is in the source, under the names that it has there */
};

void cp_place_release(struct cp_place *place);
void cp_target_release(struct cp_target *target);

/** Takes CONTAINER:PATH or PATH apart. What begins with '/' or '.' is a path, as with docker. */
int cp_place_parse(const char *operand, struct cp_place *ret_place,
		   struct containr_error *err) MUST_CHECK;

/** Whether only the content of a folder is meant: "DIR/.", ".", "/". */
bool cp_means_content(const char *path);

/** Whether a path says by its end that it is a folder. */
bool cp_says_folder(const char *path);

/**
 * Decides where a source goes.
 *
 * Errors: INVALID_ARGUMENT for a folder that is to replace a file, or goes where no folder is.
 */
int cp_decide(const struct cp_place *source, const struct cp_place *target,
	      struct cp_target *ret_target, struct containr_error *err) MUST_CHECK;

#endif
