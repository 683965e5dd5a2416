/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SAVE_H
#define IMAGE_ARCHIVE_SAVE_H

#include "image/archive/input.h"
#include "store/store.h"

/*
 * Images of the store as one archive, or as a folder: an OCI layout (image-spec, image-layout.md), and
 * for docker the list manifest.json beside it, as docker writes since version 25. Blobs are copied as
 * they are, so digests stay what they are; each is hashed on its way, so what is damaged does not leave.
 * The same images give the same archive.
 */

enum save_format { SAVE_DOCKER_ARCHIVE, SAVE_OCI_ARCHIVE, SAVE_OCI_FOLDER };

struct save_spec {
	enum save_format format;
	char *const
		*names; /* NULL-terminated; one without a tag is all of its tags, as with docker */
	int fd;		/* of the archive, or of the empty folder; borrowed */
	const char *what;		 /* names it in errors */
	const struct input_watch *watch; /* may be NULL */
};

/** Whether the store has images of all these names. Errors: IMAGE_NOT_FOUND, IMAGE_CORRUPT, UNSUPPORTED. */
int image_save_check(const struct containr *engine, char *const *names,
		     struct containr_error *err) MUST_CHECK;

/**
 * Writes images.
 *
 * Errors: IMAGE_NOT_FOUND, IMAGE_CORRUPT, UNSUPPORTED for an index; IO, NO_SPACE; INVALID_STATE when it
 * was cancelled. What was written by then is the caller's to remove.
 */
int image_save(const struct containr *engine, const struct save_spec *spec,
	       struct containr_error *err) MUST_CHECK;

#endif
