/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_IMPORT_H
#define IMAGE_ARCHIVE_IMPORT_H

#include "image/archive/changes.h"
#include "image/archive/input.h"
#include "store/store.h"

/*
 * The archive part of the image layer: it needs libarchive, OpenSSL, zlib and zstd, and is linked
 * into containr-image only.
 */

/* What to import, and as what. All is borrowed. */
struct import_spec {
	const char *folder;	    /* a folder; NULL: `source` is an archive */
	struct input_source source; /* its `watch` counts for a folder too */
	const char *name;	    /* NAME[:TAG] */
	const char *platform;	    /* OS/ARCH[/VARIANT]; NULL: this host's */
	const char *message;	    /* comment for the image's history; NULL for none */
	const struct changes *changes;
	int64_t created_ns; /* since 1970; 0: now */
};

/**
 * Makes an image of one layer out of an archive or a folder, and gives it a name.
 *
 * All work is done in tmp/. What is published is complete and on the disk; after a failure nothing
 * is left.
 *
 * @ret_id: gets the image's id
 * Errors: INVALID_REFERENCE, INVALID_ARCHIVE, INVALID_ARGUMENT, NO_SPACE, PERMISSION_DENIED, IO,
 *         INVALID_STATE when it was cancelled.
 */
int image_import(const struct containr *engine, const struct import_spec *spec,
		 char ret_id[DIGEST_SIZE], struct containr_error *err) MUST_CHECK;

#endif
