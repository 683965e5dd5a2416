/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LOAD_H
#define IMAGE_ARCHIVE_LOAD_H

#include "image/archive/input.h"
#include "image/digest.h"
#include "store/store.h"

/*
 * Images out of an archive that save, docker, podman or skopeo have written: an OCI layout, or docker's
 * list of layers (docker-archive), as a tar, compressed or not, or an OCI layout as a folder. What is
 * in it counts as hostile: see image/archive/spool.h; every blob and every layer has its digest, or
 * nothing is loaded.
 */

struct load_spec {
	struct input_source source; /* an archive; its `watch` counts for a folder too */
	int folder;		    /* of an OCI layout, borrowed; -1: `source` is an archive */
	const char *platform;	    /* OS/ARCH[/VARIANT], of several; NULL: this host's */
	/* told of each name of an image, in full, and once with NULL for one that has none */
	void (*loaded)(void *data, const char *name, const char *id);
	void *data;
};

/**
 * Loads all images of an archive. When one cannot be loaded, those before it stay.
 *
 * Errors: INVALID_ARCHIVE, DIGEST_MISMATCH, IMAGE_CORRUPT, UNSUPPORTED, NO_SPACE, IO; IMAGE_NOT_FOUND when
 * there is none for the platform; INVALID_STATE when it was cancelled.
 */
int image_load_archive(const struct containr *engine, const struct load_spec *spec,
		       struct containr_error *err) MUST_CHECK;

#endif
