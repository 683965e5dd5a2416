/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SNAPSHOT_COMMIT_H
#define IMAGE_ARCHIVE_SNAPSHOT_COMMIT_H

#include "image/snapshot.h"
#include "image/workdir.h"

/* A container on its way to a snapshot. All is borrowed; lists are NULL-terminated. */
struct snapshot_spec {
	const char *name;
	const char *parent;   /* snapshot the container was made of; "" for none */
	const char *image;    /* as it was asked for */
	const char *image_id; /* "sha256:..." */
	const char *upper;    /* the writable layer, relative to the engine's root */
	char *const *lower;   /* what is below it, top first, as the container has it */
	char *const *labels;  /* KEY=VALUE */
};

/**
 * Makes a snapshot of a writable layer of overlayfs. Nothing can be seen of it before it is complete and
 * on the disk; whatever is below is not touched.
 *
 * Errors: SNAPSHOT_EXISTS, INVALID_ARGUMENT, NO_SPACE, IO; LOCKED when somebody removed a layer below.
 */
int snapshot_commit(const struct containr *engine, const struct snapshot_spec *spec,
		    struct containr_error *err) MUST_CHECK;

/**
 * Makes a snapshot visible whose new layers lie complete in the workdir, and writes its event.
 *
 * @files:   for each layer of it the name of its folder in @dir; NULL: it is in the store
 * @action:  "create" or "import"
 * @pin:     of image_pin(); closed before anything is deleted again
 */
int snapshot_publish(const struct containr *engine, const struct workdir *dir,
		     struct containr_snapshot *snapshot, char *const *files, const char *action,
		     int *pin, struct containr_error *err) MUST_CHECK;

#endif
