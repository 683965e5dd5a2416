/* SPDX-License-Identifier: MIT */
#include "image/registry/push_blob.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int open_blob(struct push_blobs *push, struct push_blob *blob, struct containr_error *err)
{
	char path[CONTENT_PATH_SIZE];
	struct stat info;

	content_blob_path(blob->stored->digest, path);
	blob->fd = openat(push->engine->root_fd, path, O_RDONLY | O_CLOEXEC);
	if (blob->fd < 0 && errno == ENOENT)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "blob %s is missing",
			    blob->stored->digest);
	if (blob->fd < 0 || fstat(blob->fd, &info) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open blob %s", blob->stored->digest);
	if (info.st_size != blob->stored->size)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT, "blob %s does not have its size",
			    blob->stored->digest);
	return 0;
}

/* How a layer is compressed, by its type: image-spec's and docker's names end alike. */
static bool is_plain(const char *media_type)
{
	return str_ends_with(media_type, ".tar");
}

static bool is_zstd(const char *media_type)
{
	return str_ends_with(media_type, "+zstd") || str_ends_with(media_type, ".zstd");
}

static bool is_gzip(const char *media_type)
{
	return str_ends_with(media_type, "+gzip") || str_ends_with(media_type, ".gzip");
}

static void decide(struct push_blob *blob, enum push_compression wanted)
{
	const char *type = blob->stored->media_type;

	if (!blob->diff_id || (!is_plain(type) && !is_zstd(type) && !is_gzip(type)))
		return;
	blob->format = wanted == PUSH_ZSTD ? RECOMPRESS_ZSTD : RECOMPRESS_GZIP;
	blob->is_recompressed = wanted == PUSH_AS_STORED ? is_plain(type)
				: wanted == PUSH_GZIP	 ? !is_gzip(type)
							 : !is_zstd(type);
}

static int init_blob(struct push_blobs *push, const struct descriptor *stored, const char *diff_id,
		     const struct strv *mountable, struct containr_error *err)
{
	struct push_blob *blob = &push->blobs[push->count];
	int r;

	*blob = (struct push_blob) { .stored = stored, .diff_id = diff_id, .fd = -1 };
	push->count++;
	decide(blob, push->spec->compression);
	r = open_blob(push, blob, err);
	if (r < 0)
		return r;
	blob->upload.fd = blob->fd;
	blob->upload.size = -1;
	blob->upload.given_up = &push->crew.is_given_up;
	if (strv_contains(mountable, stored->digest))
		blob->upload.mount_from = push->mount_from;
	if (!blob->is_recompressed) {
		blob->upload.size = stored->size;
		memcpy(blob->upload.digest, stored->digest, DIGEST_SIZE);
	}
	return 0;
}

const struct push_blob *push_blobs_find(const struct push_blobs *push, const char *digest)
{
	for (size_t i = 0; i < push->count; i++) {
		const struct descriptor *stored = push->blobs[i].stored;

		if (stored && strcmp(stored->digest, digest) == 0)
			return &push->blobs[i];
	}
	return NULL;
}

int push_blobs_init(struct push_blobs *push, const struct manifest *manifest, char *const *diff_ids,
		    const struct strv *mountable, struct containr_error *err)
{
	int r = 0;

	push->crew = CREW_INIT;
	(void)pthread_mutex_init(&push->compressing, NULL);
	push->blobs = calloc(manifest->layer_count + 1, sizeof(*push->blobs));
	if (!push->blobs)
		return fail_oom(err);
	for (size_t i = 0; r == 0 && i < manifest->layer_count; i++)
		if (!push_blobs_find(push, manifest->layers[i].digest))
			r = init_blob(push, &manifest->layers[i], diff_ids ? diff_ids[i] : NULL,
				      mountable, err);
	return r == 0 ? init_blob(push, &manifest->config, NULL, mountable, err) : r;
}

void push_blobs_release(struct push_blobs *push)
{
	for (size_t i = 0; i < push->count; i++) {
		cleanup_close(&push->blobs[i].fd);
		upload_release(&push->blobs[i].upload);
	}
	free(push->blobs);
	push->blobs = NULL;
	push->count = 0;
}

static void set_stage(struct push_blobs *push, struct push_blob *blob, enum transfer_stage stage)
{
	(void)pthread_mutex_lock(&push->crew.mutex);
	blob->stage = stage;
	(void)pthread_mutex_unlock(&push->crew.mutex);
}

/* A layer that the registry may know from an earlier push, under the digest that it got then. */
static int find_there(struct push_blobs *push, struct push_blob *blob, struct http *http,
		      struct containr_error *err)
{
	struct upload *upload = &blob->upload;

	if (blob->is_recompressed && !recompress_find(push->engine, blob->diff_id, blob->format,
						      upload->digest, &blob->noted_size))
		return 0;
	return upload_find(upload, push->registry, http, err);
}

struct compression {
	struct push_blobs *push;
	struct push_blob *blob;
};

static void *compress_thread(void *data)
{
	struct compression *compression = data;

	(void)pthread_mutex_lock(&compression->push->compressing);
	recompress_run(&compression->blob->recompress);
	(void)pthread_mutex_unlock(&compression->push->compressing);
	return NULL;
}

/* Sends the blob while it is made. */
static int send_recompressed(struct push_blobs *push, struct push_blob *blob, struct http *http,
			     enum upload_end *ret_end, struct containr_error *err)
{
	struct compression compression = { .push = push, .blob = blob };
	struct recompress *recompress = &blob->recompress;
	volatile int nobody_wants_it = 0;
	pthread_t thread;
	char name[24];
	int r;

	(void)snprintf(name, sizeof(name), "%zu", (size_t)(blob - push->blobs));
	*recompress = (struct recompress) { .format = blob->format,
					    .diff_id = blob->diff_id,
					    .source = blob->fd,
					    .what = blob->stored->digest,
					    .given_up = &nobody_wants_it };
	r = recompress_open(recompress, push->dir->fd, name, err);
	if (r == 0) {
		errno = pthread_create(&thread, NULL, compress_thread, &compression);
		r = errno ? fail_sys(err, CONTAINR_E_IO, "cannot start a thread") : 0;
	}
	if (r == 0) {
		blob->upload.recompress = recompress;
		blob->upload.fd = recompress->fd;
		r = upload_run(&blob->upload, push->registry, http, ret_end, err);
		nobody_wants_it = r < 0 || *ret_end == UPLOAD_MOUNTED;
		(void)pthread_join(thread, NULL);
		blob->upload.recompress = NULL;
	}
	(void)unlinkat(push->dir->fd, name, 0);
	if (r == 0 && *ret_end == UPLOAD_SENT)
		recompress_note(push->engine, blob->diff_id, blob->format, blob->upload.digest,
				blob->upload.size);
	recompress_release(recompress);
	return r;
}

static int push_one(struct push_blobs *push, struct push_blob *blob, struct http **http,
		    struct containr_error *err)
{
	static const enum transfer_stage stages[] = {
		[UPLOAD_SENT] = TRANSFER_DONE,
		[UPLOAD_THERE] = TRANSFER_THERE,
		[UPLOAD_MOUNTED] = TRANSFER_MOUNTED,
	};
	enum upload_end end = UPLOAD_THERE;
	int r = *http ? 0 : registry_http(push->registry, http, err);

	if (r == 0)
		r = find_there(push, blob, *http, err);
	if (r == 0) {
		set_stage(push, blob, TRANSFER_MOVING);
		r = blob->is_recompressed
			    ? send_recompressed(push, blob, *http, &end, err)
			    : upload_run(&blob->upload, push->registry, *http, &end, err);
	}
	if (r >= 0 && blob->is_recompressed && end != UPLOAD_SENT)
		blob->upload.size = blob->noted_size;
	if (r >= 0)
		set_stage(push, blob, stages[end]);
	return r < 0 ? r : 0;
}

static void *push_thread(void *data)
{
	struct push_blobs *push = data;
	autohttp *http = NULL;

	while (!push->crew.is_given_up) {
		struct containr_error err = { 0 };
		size_t next;

		(void)pthread_mutex_lock(&push->crew.mutex);
		next = push->next++;
		(void)pthread_mutex_unlock(&push->crew.mutex);
		if (next >= push->count)
			break;
		if (push_one(push, &push->blobs[next], &http, &err) < 0)
			crew_note_error(&push->crew, &err);
	}
	crew_leave(&push->crew);
	return NULL;
}

/* The configuration, which is the last one, is no layer. */
static void tell_progress(void *data)
{
	struct push_blobs *push = data;
	struct layer_progress *layers = calloc(push->count, sizeof(*layers));

	for (size_t i = 0; layers && i + 1 < push->count; i++) {
		const struct push_blob *blob = &push->blobs[i];

		layers[i] = (struct layer_progress) { .digest = blob->stored->digest,
						      .stage = blob->stage,
						      .have = blob->upload.sent,
						      .size = blob->upload.size,
						      .from = blob->upload.mount_from };
	}
	if (layers)
		push->spec->progress(push->spec->data, layers, push->count - 1);
	free(layers);
}

int push_blobs_run(struct push_blobs *push, struct containr_error *err)
{
	/* three, as docker and podman have it */
	static crew_function *const work[] = { push_thread, push_thread, push_thread };

	return crew_run(&push->crew, work, ARRAY_LEN(work),
			push->spec->progress ? tell_progress : NULL, push, err);
}
