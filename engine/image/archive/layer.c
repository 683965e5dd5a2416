/* SPDX-License-Identifier: MIT */
#include "image/archive/layer.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/decoder.h"
#include "image/archive/folder.h"
#include "image/archive/layer_store.h"
#include "image/archive/pack.h"
#include "image/archive/ring.h"
#include "image/content.h"

#include <string.h>
#include <sys/stat.h>

/* What both threads know. Each has its own error; which one counts is decided when both are done.
 */
struct pipeline {
	struct ring ring;
	struct blob blob;   /* of the first thread */
	const char *folder; /* what is read, where it is a folder */
	const struct input_watch *watch;
	int64_t produced;	  /* bytes of the tar of a folder */
	struct layer_store store; /* of the second thread */
	struct sha256 hash;
	pthread_t storer;
	int stored; /* result of the second thread */
	struct containr_error store_err;
	char diff_id[DIGEST_SIZE];
};

static void pipeline_release(struct pipeline *pipeline)
{
	ring_release(&pipeline->ring);
	blob_release(&pipeline->blob);
	sha256_release(&pipeline->hash);
	layer_store_release(&pipeline->store);
}

#define autopipeline __attribute__((cleanup(pipeline_release))) struct pipeline

/* Second thread: the next bytes of the tar, hashed on their way. */
static ssize_t next_bytes(void *data, const unsigned char **ret_bytes)
{
	struct pipeline *pipeline = data;
	ssize_t len = ring_next(&pipeline->ring, ret_bytes);

	if (len > 0 &&
	    sha256_update(&pipeline->hash, *ret_bytes, (size_t)len, &pipeline->store_err) < 0)
		return -1;
	return len;
}

static void *store_thread(void *data)
{
	struct pipeline *pipeline = data;
	int r = layer_store_take(&pipeline->store);

	if (r == 0)
		r = sha256_finish(&pipeline->hash, pipeline->diff_id, &pipeline->store_err);
	if (r == 0)
		r = layer_store_finish(&pipeline->store, pipeline->diff_id);
	pipeline->stored = r;
	ring_close(&pipeline->ring);
	return NULL;
}

static int open_store(struct pipeline *pipeline, int dir, enum containr_storage storage,
		      struct containr_error *err)
{
	int folder = -1;
	int r;

	if (mkdirat(dir, LAYER_FOLDER, 0700) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create the layer's folder");
	r = fs_open_dir(dir, LAYER_FOLDER, &folder, err);
	if (r < 0)
		return r;
	pipeline->store.read = next_bytes;
	pipeline->store.data = pipeline;
	pipeline->store.storage = storage;
	pipeline->store.err = err;
	r = layer_store_open(&pipeline->store, folder);
	pipeline->store.err = &pipeline->store_err;
	return r;
}

static int pipeline_start(struct pipeline *pipeline, const struct layer_place *place, bool compress,
			  struct containr_error *err)
{
	int r = ring_init(&pipeline->ring, err);

	if (r == 0)
		r = sha256_init(&pipeline->hash, err);
	if (r == 0 && !place->has_blob)
		r = blob_open(&pipeline->blob, place->dir, LAYER_BLOB, compress, err);
	if (r == 0)
		r = open_store(pipeline, place->dir, place->storage, err);
	if (r < 0)
		return r;
	errno = pthread_create(&pipeline->storer, NULL, store_thread, pipeline);
	return errno ? fail_sys(err, CONTAINR_E_IO, "cannot start a thread") : 0;
}

/*
 * Ends the second thread and decides what failed first: when the first thread fails, the second one
 * is cut off; when the second gives up, the first one cannot go on.
 */
static int pipeline_finish(struct pipeline *pipeline, int produced, struct layer *ret_layer,
			   struct containr_error *err)
{
	bool gave_up = ring_end(&pipeline->ring, produced < 0);
	int r;

	(void)pthread_join(pipeline->storer, NULL);
	if (produced < 0 && !gave_up)
		return produced;
	if (pipeline->stored < 0) {
		*err = pipeline->store_err;
		return pipeline->stored;
	}
	r = pipeline->blob.fd < 0 ? 0 : blob_finish(&pipeline->blob, ret_layer->blob_digest, err);
	if (r < 0)
		return r;
	ret_layer->blob_size = pipeline->blob.size;
	memcpy(ret_layer->diff_id, pipeline->diff_id, DIGEST_SIZE);
	return 0;
}

/* First thread: reads until the end, or until the second one has given up. */
static int produce(struct pipeline *pipeline, struct decoder *decoder, bool compress,
		   struct containr_error *err)
{
	for (;;) {
		unsigned char *slot = ring_claim(&pipeline->ring);
		size_t len;
		int r;

		if (!slot)
			return 0;
		r = decoder_read(decoder, slot, RING_SLOT_SIZE, &len, err);
		if (r == 0 && compress && len > 0)
			r = blob_write(&pipeline->blob, slot, len, err);
		if (r < 0 || len == 0)
			return r;
		ring_publish(&pipeline->ring, len);
	}
}

int layer_from_archive(const struct input_source *source, const struct layer_place *place,
		       struct layer *ret_layer, struct containr_error *err)
{
	__attribute__((cleanup(input_release))) struct input input;
	autodecoder *decoder = NULL;
	autopipeline pipeline = { .store = LAYER_STORE_INIT, .blob = BLOB_INIT };
	enum decoder_kind kind;
	bool compress;
	int r = input_open(&input, source, err);

	if (r == 0)
		r = decoder_open(&input, &decoder, err);
	if (r < 0)
		return r;
	kind = decoder_kind(decoder);
	compress = kind != DECODER_GZIP && kind != DECODER_ZSTD && !place->has_blob;
	ret_layer->media_type = kind == DECODER_GZIP ? MEDIA_LAYER_GZIP : MEDIA_LAYER_ZSTD;
	r = pipeline_start(&pipeline, place, compress, err);
	if (r < 0)
		return r;
	if (!compress && !place->has_blob)
		r = input_tee(&input, &pipeline.blob, err);
	if (r == 0)
		r = produce(&pipeline, decoder, compress, err);
	return pipeline_finish(&pipeline, r, ret_layer, err);
}

/* First thread, of a folder: takes the tar as libarchive writes it. */
static int produce_bytes(void *data, const void *bytes, size_t len, struct containr_error *err)
{
	struct pipeline *pipeline = data;
	const char *at = bytes;

	int r = input_watch_tell(pipeline->watch, pipeline->folder, pipeline->produced, err);

	pipeline->produced += (int64_t)len;
	while (r == 0 && len > 0) {
		size_t part = len < RING_SLOT_SIZE ? len : RING_SLOT_SIZE;
		unsigned char *slot = ring_claim(&pipeline->ring);

		if (!slot)
			return fail(err, CONTAINR_E_IO, "the layer cannot be written");
		memcpy(slot, at, part);
		if (pipeline->blob.fd >= 0)
			r = blob_write(&pipeline->blob, slot, part, err);
		ring_publish(&pipeline->ring, part);
		at += part;
		len -= part;
	}
	return r;
}

int layer_from_folder(const char *path, const struct input_watch *watch,
		      const struct layer_place *place, struct layer *ret_layer,
		      struct containr_error *err)
{
	autopipeline pipeline = {
		.store = LAYER_STORE_INIT, .blob = BLOB_INIT, .folder = path, .watch = watch
	};
	int r = pipeline_start(&pipeline, place, true, err);

	if (r < 0)
		return r;
	ret_layer->media_type = MEDIA_LAYER_ZSTD;
	r = folder_write_tar(path, produce_bytes, &pipeline, err);
	return pipeline_finish(&pipeline, r, ret_layer, err);
}

/* The tar that the second thread keeps becomes the blob: nothing is written, or hashed, twice. */
static void keep_tar(struct pipeline *pipeline, const struct layer_place *place)
{
	pipeline->store.blob_dir = place->dir;
	pipeline->store.blob_name = LAYER_BLOB;
	pipeline->store.engine = place->engine;
}

static void tell_tar(const struct pipeline *pipeline, struct layer *layer)
{
	layer->media_type = MEDIA_LAYER;
	layer->blob_size = pipeline->store.tar_size;
	memcpy(layer->blob_digest, layer->diff_id, DIGEST_SIZE);
}

int layer_from_changes(int upper, const struct layer_place *place, struct layer *ret_layer,
		       struct containr_error *err)
{
	/* where the engine mounts its own: it has made them */
	static const char *const own[] = { "dev",	"proc",		"sys",
					   "etc/hosts", "etc/hostname", "etc/resolv.conf",
					   NULL };
	const struct pack_options options = { .one_filesystem = true,
					      .whiteouts = true,
					      .skipped = own };
	autopipeline pipeline = { .store = LAYER_STORE_INIT,
				  .blob = BLOB_INIT,
				  .folder = "the container" };
	struct layer_place without_blob = *place;
	int r;

	without_blob.has_blob = true;
	if (!place->has_blob)
		keep_tar(&pipeline, place);
	r = pipeline_start(&pipeline, &without_blob, false, err);
	if (r < 0)
		return r;
	r = pack_write_tar(upper, &options, produce_bytes, &pipeline, err);
	r = pipeline_finish(&pipeline, r, ret_layer, err);
	if (r == 0 && !place->has_blob)
		tell_tar(&pipeline, ret_layer);
	return r;
}
