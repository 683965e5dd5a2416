/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_PULL_H
#define IMAGE_REGISTRY_PULL_H

#include "image/registry/registry.h"
#include "image/registry/transfer.h"

/*
 * An image from a registry into the store.
 *
 * Blobs are fetched by a few threads, layers are made of them by two more, each of which begins while
 * its blob is still coming: what the network gives is decompressed, hashed and stored at once. What
 * was fetched stays when the process ends (image/registry/download.h).
 */

struct pull_spec {
	const char *name;     /* as it was given */
	const char *platform; /* OS/ARCH[/VARIANT]; NULL: this host */
	struct registry_options registry;
	transfer_progress_function *progress; /* may be NULL */
	void *data;
};

struct pull_result {
	char id[DIGEST_SIZE];
	char source[DIGEST_SIZE]; /* by which the registry knows it */
	bool is_new;		  /* false: the image was there already */
};

/**
 * Pulls an image.
 *
 * Errors: those of remote_fetch() and download_run(); INVALID_ARCHIVE, DIGEST_MISMATCH for a layer that is
 * not what its configuration says; NO_SPACE, IO.
 */
int image_pull(const struct containr *engine, const struct pull_spec *spec,
	       struct pull_result *ret_result, struct containr_error *err) MUST_CHECK;

#endif
