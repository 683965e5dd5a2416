/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_FETCH_H
#define IMAGE_REGISTRY_FETCH_H

#include "image/archive/publish.h"
#include "image/manifest.h"
#include "image/registry/crew.h"
#include "image/registry/download.h"
#include "image/registry/pull.h"

/* The layers of an image on their way from a registry into a workdir. */

/* One layer; each of a different diff_id. */
struct fetch_layer {
	const struct descriptor *blob;
	const char *diff_id;
	int64_t size;	/* of the blob */
	bool has_blob;	/* the store has it */
	bool has_files; /* the store has the layer made of it */
	bool has_download;
	struct download download;
	char file[sizeof(DOWNLOAD_FROM_WORKDIR) + DIGEST_HEX_LEN]; /* the blob, from the workdir */
	char folder[48];					   /* the layer, from the workdir */
	enum transfer_stage stage;
};

struct fetch {
	const struct containr *engine;
	const struct workdir *dir;
	struct fetch_layer *layers;
	size_t count;
	size_t *order; /* as they are worked on: the largest first */
	struct registry *registry;
	const struct pull_spec *spec;
	struct crew crew; /* its mutex is for the next two, and for stages */
	size_t next_download;
	size_t next_layer;
};

/**
 * Finds out what is missing.
 *
 * @manifest, @diff_ids: borrowed; as many layers as diff_ids
 * @dir: where layers are made; borrowed
 */
int fetch_init(struct fetch *fetch, const struct containr *engine, const struct manifest *manifest,
	       char *const *diff_ids, const struct workdir *dir,
	       struct containr_error *err) MUST_CHECK;
void fetch_release(struct fetch *fetch);

/** Fetches all blobs and makes all layers that are missing. Errors: as of image_pull(). */
int fetch_run(struct fetch *fetch, struct registry *registry, const struct pull_spec *spec,
	      struct containr_error *err) MUST_CHECK;

#endif
