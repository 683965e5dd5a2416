/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_PUSH_BLOB_H
#define IMAGE_REGISTRY_PUSH_BLOB_H

#include "image/manifest.h"
#include "image/registry/crew.h"
#include "image/registry/push.h"
#include "image/registry/upload.h"
#include "image/workdir.h"

/* The blobs of an image on their way to a registry. */

struct push_blob {
	const struct descriptor *stored;
	const char *diff_id; /* of a layer; NULL: it can only be sent as it is */
	int fd;
	bool is_recompressed;
	int64_t noted_size;	       /* of what an earlier push has made of it */
	enum recompress_format format; /* that it gets */
	struct recompress recompress;
	struct upload upload; /* digest and size become what the manifest has to say */
	enum transfer_stage stage;
};

struct push_blobs {
	const struct containr *engine;
	const struct workdir *dir; /* for what is compressed */
	struct registry *registry;
	const struct push_spec *spec;
	const char *mount_from;	 /* a repository of the registry; NULL: none */
	struct push_blob *blobs; /* layers, each once, then the configuration */
	size_t count;
	struct crew crew; /* its mutex is for `next` and stages */
	size_t next;
	pthread_mutex_t compressing; /* one layer after the other, as each takes all processors */
};

/**
 * Opens the blobs, so that nobody can take them away, and decides what becomes of them.
 *
 * @diff_ids: NULL-terminated, one a layer; NULL: they are not known
 * @mountable: digests that mount_from has; borrowed
 * Errors: IMAGE_CORRUPT where one is missing.
 */
int push_blobs_init(struct push_blobs *push, const struct manifest *manifest, char *const *diff_ids,
		    const struct strv *mountable, struct containr_error *err) MUST_CHECK;
void push_blobs_release(struct push_blobs *push);

/** Sends what the registry does not have. Errors: as of image_push(). */
int push_blobs_run(struct push_blobs *push, struct containr_error *err) MUST_CHECK;

/** Returns the blob of a layer by its digest in the store. */
const struct push_blob *push_blobs_find(const struct push_blobs *push, const char *digest);

#endif
