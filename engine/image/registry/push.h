/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_PUSH_H
#define IMAGE_REGISTRY_PUSH_H

#include "image/registry/recompress.h"
#include "image/registry/registry.h"
#include "image/registry/transfer.h"

/*
 * An image from the store into a registry.
 *
 * A few threads bring what the registry does not have. Layers are sent as they are stored but for
 * those that are not compressed, which become gzip, what every registry and engine takes; the spec may
 * ask for more. Then the manifest is another one than that of the store: what it is about stays the same.
 */

enum push_compression { PUSH_AS_STORED, PUSH_GZIP, PUSH_ZSTD };

struct push_spec {
	const char *name;	 /* of the image in the store, or its id */
	const char *destination; /* NAME[:TAG]; NULL: `name` */
	enum push_compression compression;
	struct registry_options registry;
	transfer_progress_function *progress; /* may be NULL */
	void *data;
};

struct push_result {
	char digest[DIGEST_SIZE]; /* of the manifest, as the registry has it */
	int64_t size;		  /* of the manifest */
};

/**
 * Pushes an image.
 *
 * Errors: IMAGE_NOT_FOUND, IMAGE_CORRUPT, INVALID_REFERENCE for a digest as destination, UNSUPPORTED for
 * an index; those of upload_run(); DIGEST_MISMATCH where the registry has understood something else.
 */
int image_push(const struct containr *engine, const struct push_spec *spec,
	       struct push_result *ret_result, struct containr_error *err) MUST_CHECK;

#endif
