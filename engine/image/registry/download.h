/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_DOWNLOAD_H
#define IMAGE_REGISTRY_DOWNLOAD_H

#include "image/archive/sha256.h"
#include "image/registry/registry.h"

#include <pthread.h>

/*
 * A blob on its way from a registry into a file, tmp/blobs/HEX, which stays there when the process
 * ends: the next attempt goes on where this one stopped. One thread fills it; another may read what is
 * there already. The bytes are hashed as they come, and the blob is whole when its digest is right.
 */

#define DOWNLOAD_DIR "tmp/blobs"
#define DOWNLOAD_FROM_WORKDIR "../blobs/" /* as seen from a folder in tmp/ */

struct download {
	const struct containr *engine;
	struct descriptor blob; /* strings borrowed */
	char path[sizeof(DOWNLOAD_DIR) + 1 + DIGEST_HEX_LEN];
	int fd; /* of the file, locked against others */
	struct sha256 hash;
	int64_t found;	       /* bytes that an earlier attempt had left */
	pthread_mutex_t mutex; /* for the rest */
	pthread_cond_t changed;
	int64_t have; /* bytes in the file, hashed */
	bool ended;
	struct containr_error err;    /* code OK: it is whole */
	int64_t skip;		      /* bytes of the answer that are there already */
	const volatile int *given_up; /* not 0: nobody wants it any more; may be NULL */
};

/**
 * Opens the file; waits while another process fills it.
 *
 * @blob: what is to come
 * Errors: IO, NO_SPACE, OUT_OF_MEMORY.
 */
int download_open(struct download *download, const struct containr *engine,
		  const struct descriptor *blob, struct containr_error *err) MUST_CHECK;
void download_release(struct download *download);

/**
 * Fetches what is missing, with as many requests as it takes, and tells readers how it ended.
 *
 * Errors: also in download->err. DIGEST_MISMATCH removes the file. REGISTRY_UNREACHABLE after several
 * attempts that brought nothing.
 */
int download_run(struct download *download, struct registry *registry, struct http *http,
		 struct containr_error *err) MUST_CHECK;

/** Ends a download that will not be run, with @why. */
void download_fail(struct download *download, const struct containr_error *why);

/**
 * Waits until more than @have bytes are there: 1; 0 at the end; or how the download failed. Fits
 * input_source.wait.
 */
int download_wait(void *download, int64_t have, struct containr_error *err);

#endif
