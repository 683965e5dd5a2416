/* SPDX-License-Identifier: MIT */
#include "image/registry/fetch.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/layer.h"
#include "image/image.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOWNLOADERS 3 /* as docker and podman have it */
#define MAKERS 2

static bool is_there(const struct containr *engine, const char *path)
{
	return faccessat(engine->root_fd, path, F_OK, 0) == 0;
}

/* Finds out what of a layer the store has. */
static void look(const struct fetch *fetch, struct fetch_layer *layer)
{
	char path[CONTENT_PATH_SIZE];
	char folder[sizeof(LAYERS_DIR) + 1 + DIGEST_HEX_LEN];

	content_blob_path(layer->blob->digest, path);
	(void)snprintf(folder, sizeof(folder), "%s/%s", LAYERS_DIR, digest_hex(layer->diff_id));
	layer->has_blob = is_there(fetch->engine, path);
	layer->has_files = is_there(fetch->engine, folder);
	layer->stage = layer->has_blob && layer->has_files ? TRANSFER_THERE : TRANSFER_WAITING;
}

static void init_layer(struct fetch *fetch, const struct descriptor *blob, const char *diff_id)
{
	struct fetch_layer *layer = &fetch->layers[fetch->count];

	*layer = (struct fetch_layer) {
		.blob = blob, .size = blob->size, .diff_id = diff_id, .download.fd = -1
	};
	(void)snprintf(layer->file, sizeof(layer->file), DOWNLOAD_FROM_WORKDIR "%s",
		       digest_hex(blob->digest));
	(void)snprintf(layer->folder, sizeof(layer->folder), "%zu/" LAYER_FOLDER, fetch->count);
	look(fetch, layer);
	fetch->count++;
}

/* While this one waited for the file, another pull may have brought the blob into the store. */
static int open_download(struct fetch *fetch, struct fetch_layer *layer, struct containr_error *err)
{
	int r = download_open(&layer->download, fetch->engine, layer->blob, err);

	layer->download.given_up = &fetch->crew.is_given_up;
	layer->has_download = true;
	if (r < 0)
		return r;
	look(fetch, layer);
	if (!layer->has_blob)
		return 0;
	(void)unlinkat(fetch->engine->root_fd, layer->download.path, 0);
	download_release(&layer->download);
	layer->has_download = false;
	return 0;
}

/* All processes lock in the order of the digests: so no two wait for each other. */
static int open_downloads(struct fetch *fetch, struct containr_error *err)
{
	const char *last = "";
	int r = 0;

	while (r == 0) {
		struct fetch_layer *next = NULL;

		for (size_t i = 0; i < fetch->count; i++) {
			struct fetch_layer *layer = &fetch->layers[i];

			if (layer->blob && !layer->has_blob &&
			    strcmp(layer->blob->digest, last) > 0 &&
			    (!next || strcmp(layer->blob->digest, next->blob->digest) < 0))
				next = layer;
		}
		if (!next)
			break;
		last = next->blob->digest;
		r = open_download(fetch, next, err);
	}
	return r;
}

/* One blob cannot be two layers: whoever says so would have us wait for ourselves. */
static int check_blob(const struct fetch *fetch, const struct descriptor *blob,
		      struct containr_error *err)
{
	for (size_t i = 0; i < fetch->count; i++)
		if (fetch->layers[i].blob &&
		    strcmp(fetch->layers[i].blob->digest, blob->digest) == 0)
			return fail(err, CONTAINR_E_IMAGE_CORRUPT,
				    "the configuration gives blob %s two contents", blob->digest);
	return 0;
}

/* The same blob may be several layers of an image (an empty one often is). */
static bool is_repeated(const struct fetch *fetch, const char *diff_id)
{
	for (size_t i = 0; i < fetch->count; i++)
		if (fetch->layers[i].diff_id && strcmp(fetch->layers[i].diff_id, diff_id) == 0)
			return true;
	return false;
}

static void sort_order(struct fetch *fetch)
{
	for (size_t i = 0; i < fetch->count; i++) {
		size_t at = i;

		for (; at > 0 && fetch->layers[fetch->order[at - 1]].size < fetch->layers[i].size;
		     at--)
			fetch->order[at] = fetch->order[at - 1];
		fetch->order[at] = i;
	}
}

int fetch_init(struct fetch *fetch, const struct containr *engine, const struct manifest *manifest,
	       char *const *diff_ids, const struct workdir *dir, struct containr_error *err)
{
	int r = 0;

	*fetch = (struct fetch) { .engine = engine, .dir = dir, .crew = CREW_INIT };
	fetch->layers = calloc(manifest->layer_count + 1, sizeof(*fetch->layers));
	fetch->order = calloc(manifest->layer_count + 1, sizeof(*fetch->order));
	if (!fetch->layers || !fetch->order)
		return fail_oom(err);
	for (size_t i = 0; r == 0 && i < manifest->layer_count; i++) {
		if (is_repeated(fetch, diff_ids[i]))
			continue;
		r = check_blob(fetch, &manifest->layers[i], err);
		if (r == 0)
			init_layer(fetch, &manifest->layers[i], diff_ids[i]);
	}
	sort_order(fetch);
	return r == 0 ? open_downloads(fetch, err) : r;
}

void fetch_release(struct fetch *fetch)
{
	for (size_t i = 0; i < fetch->count; i++)
		if (fetch->layers[i].has_download)
			download_release(&fetch->layers[i].download);
	free(fetch->layers);
	free(fetch->order);
	*fetch = (struct fetch) { 0 };
}

static void set_stage(struct fetch *fetch, struct fetch_layer *layer, enum transfer_stage stage)
{
	(void)pthread_mutex_lock(&fetch->crew.mutex);
	layer->stage = stage;
	(void)pthread_mutex_unlock(&fetch->crew.mutex);
}

static struct fetch_layer *take_next(struct fetch *fetch, size_t *next)
{
	struct fetch_layer *layer = NULL;

	(void)pthread_mutex_lock(&fetch->crew.mutex);
	if (*next < fetch->count)
		layer = &fetch->layers[fetch->order[(*next)++]];
	(void)pthread_mutex_unlock(&fetch->crew.mutex);
	return layer;
}

static int download_one(struct fetch *fetch, struct fetch_layer *layer, struct http **http,
			struct containr_error *err)
{
	int r = *http ? 0 : registry_http(fetch->registry, http, err);

	if (r == 0 && fetch->crew.is_given_up) /* whoever waits for this layer has to be told */
		r = fail(err, CONTAINR_E_INVALID_STATE, "another layer failed");
	if (r < 0) {
		download_fail(&layer->download, err);
		return r;
	}
	set_stage(fetch, layer, TRANSFER_MOVING);
	return download_run(&layer->download, fetch->registry, *http, err);
}

static void *download_thread(void *data)
{
	struct fetch *fetch = data;
	autohttp *http = NULL;
	struct fetch_layer *layer;

	while ((layer = take_next(fetch, &fetch->next_download))) {
		struct containr_error err = { 0 };

		if (layer->has_download && download_one(fetch, layer, &http, &err) < 0)
			crew_note_error(&fetch->crew, &err);
	}
	crew_leave(&fetch->crew);
	return NULL;
}

static int open_blob(const struct fetch *fetch, const struct fetch_layer *layer, int *ret_fd,
		     struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];

	content_blob_path(layer->blob->digest, path);
	*ret_fd = layer->has_blob ? openat(fetch->engine->root_fd, path, O_RDONLY | O_CLOEXEC)
				  : openat(fetch->engine->root_fd, layer->download.path,
					   O_RDONLY | O_CLOEXEC);
	return *ret_fd < 0
		       ? fail_sys(err, CONTAINR_E_IO, "cannot open blob %s", layer->blob->digest)
		       : 0;
}

static int check_diff_id(const struct fetch_layer *layer, const struct layer *made,
			 struct containr_error *err)
{
	if (strcmp(made->diff_id, layer->diff_id) == 0)
		return 0;
	return fail(err, CONTAINR_E_DIGEST_MISMATCH,
		    "layer %s unpacks to %s, the configuration says %s", layer->blob->digest,
		    made->diff_id, layer->diff_id);
}

/* Begins as soon as the first bytes are there. */
static int make_one(struct fetch *fetch, struct fetch_layer *layer, struct containr_error *err)
{
	autoclose int fd = -1;
	autoclose int dir = -1;
	struct layer made;
	char name[24];
	int r = layer->has_blob ? 0 : download_wait(&layer->download, 0, err);

	if (r >= 0)
		r = open_blob(fetch, layer, &fd, err);
	(void)snprintf(name, sizeof(name), "%zu", (size_t)(layer - fetch->layers));
	if (r == 0)
		r = fs_make_dirs(fetch->dir->fd, name, 0700, err);
	if (r == 0)
		r = fs_open_dir(fetch->dir->fd, name, &dir, err);
	if (r < 0)
		return r;
	r = layer_from_archive(
		&(struct input_source) { .fd = fd,
					 .what = layer->blob->digest,
					 .wait = layer->has_blob ? NULL : download_wait,
					 .wait_data = &layer->download },
		&(struct layer_place) {
			.dir = dir, .has_blob = true, .storage = fetch->engine->storage },
		&made, err);
	return r < 0 ? r : check_diff_id(layer, &made, err);
}

static void *make_thread(void *data)
{
	struct fetch *fetch = data;
	struct fetch_layer *layer;

	while (!fetch->crew.is_given_up && (layer = take_next(fetch, &fetch->next_layer))) {
		struct containr_error err = { 0 };

		if (layer->stage == TRANSFER_THERE)
			continue;
		if (!layer->has_files && make_one(fetch, layer, &err) < 0)
			crew_note_error(&fetch->crew, &err);
		else
			set_stage(fetch, layer, TRANSFER_DONE);
	}
	crew_leave(&fetch->crew);
	return NULL;
}

static void tell_progress(void *data)
{
	struct fetch *fetch = data;
	struct layer_progress *layers = calloc(fetch->count + 1, sizeof(*layers));

	for (size_t i = 0; layers && i < fetch->count; i++)
		layers[i] = (struct layer_progress) {
			.digest = fetch->layers[i].blob->digest,
			.stage = fetch->layers[i].stage,
			.have = fetch->layers[i].has_download ? fetch->layers[i].download.have
							      : fetch->layers[i].size,
			.size = fetch->layers[i].size,
		};
	if (layers)
		fetch->spec->progress(fetch->spec->data, layers, fetch->count);
	free(layers);
}

int fetch_run(struct fetch *fetch, struct registry *registry, const struct pull_spec *spec,
	      struct containr_error *err)
{
	static crew_function *const work[] = { download_thread, download_thread, download_thread,
					       make_thread, make_thread };

	_Static_assert(ARRAY_LEN(work) == DOWNLOADERS + MAKERS, "one thread each");
	fetch->registry = registry;
	fetch->spec = spec;
	return crew_run(&fetch->crew, work, ARRAY_LEN(work), spec->progress ? tell_progress : NULL,
			fetch, err);
}
