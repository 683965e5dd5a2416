/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_PULL_H
#define IMAGE_REGISTRY_PULL_H

#include "image/registry/registry.h"

/*
 * An image from a registry into the store.
 *
 * Blobs are fetched by a few threads, layers are made of them by two more, each of which begins while
 * its blob is still coming: what the network gives is decompressed, hashed and stored at once. What
 * was fetched stays when the process ends (image/registry/download.h).
 */

enum pull_stage { PULL_WAITING, PULL_FETCHING, PULL_DONE, PULL_THERE };

/* How far one layer is. */
struct pull_layer_progress {
	const char *digest; /* of the blob; borrowed */
	enum pull_stage stage;
	int64_t have;
	int64_t size;
};

struct pull_spec {
	const char *name;     /* as it was given */
	const char *platform; /* OS/ARCH[/VARIANT]; NULL: this host */
	struct registry_options registry;
	/* told several times a second, and once at the end; may be NULL */
	void (*progress)(void *data, const struct pull_layer_progress *layers, size_t count);
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
