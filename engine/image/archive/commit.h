/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_COMMIT_H
#define IMAGE_ARCHIVE_COMMIT_H

#include "image/archive/changes.h"
#include "image/digest.h"
#include "store/store.h"

/* A container on its way to an image. All is borrowed. */
struct commit_spec {
	const char *base;   /* id of the image below the writable layer, "sha256:..." */
	const char *upper;  /* the writable layer, relative to the engine's root */
	const char *name;   /* NAME[:TAG]; NULL for none */
	const char *author; /* NULL for none, as the next two */
	const char *message;
	const char *created_by;
	struct changes *changes; /* all that the new image says; ports of the base are added */
	int64_t created_ns;	 /* since 1970; 0: now */
};

/**
 * Makes an image of another one and a writable layer of overlayfs above it, whose whiteouts become
 * those of the OCI layer format. As image_import() otherwise.
 *
 * Errors: also IMAGE_NOT_FOUND where the base is no image any more, only what its containers need.
 */
int image_commit(struct containr *engine, const struct commit_spec *spec, char ret_id[DIGEST_SIZE],
		 struct containr_error *err) MUST_CHECK;

#endif
