/* SPDX-License-Identifier: MIT */
#include "image/registry/recompress.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/registry/gzip.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECE (256 << 10)
#define NOTE_MAX 128

static const char *const folders[] = {
	[RECOMPRESS_GZIP] = CONTENT_GZIP,
	[RECOMPRESS_ZSTD] = CONTENT_ZSTD,
};

int recompress_open(struct recompress *recompress, int dir, const char *name,
		    struct containr_error *err)
{
	int r;

	recompress->blob = BLOB_INIT;
	recompress->fd = -1;
	(void)pthread_mutex_init(&recompress->mutex, NULL);
	(void)pthread_cond_init(&recompress->changed, NULL);
	r = sha256_init(&recompress->hash, err);
	if (r == 0)
		r = blob_open(&recompress->blob, dir, name, recompress->format == RECOMPRESS_ZSTD,
			      err);
	if (r < 0)
		return r;
	recompress->fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	return recompress->fd < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot open blob") : 0;
}

void recompress_release(struct recompress *recompress)
{
	blob_release(&recompress->blob);
	sha256_release(&recompress->hash);
	cleanup_close(&recompress->fd);
	recompress->fd = -1;
	(void)pthread_cond_destroy(&recompress->changed);
	(void)pthread_mutex_destroy(&recompress->mutex);
}

static int take_plain(void *data, const void *bytes, size_t len, struct containr_error *err)
{
	struct recompress *recompress = data;

	if (recompress->given_up && *recompress->given_up)
		return fail(err, CONTAINR_E_INVALID_STATE, "the work was given up");
	return sha256_update(&recompress->hash, bytes, len, err);
}

static int tell_written(void *data, const void *bytes, size_t len, struct containr_error *err)
{
	struct recompress *recompress = data;

	(void)bytes;
	(void)len;
	(void)err;
	(void)pthread_mutex_lock(&recompress->mutex);
	recompress->have = recompress->blob.size;
	(void)pthread_cond_broadcast(&recompress->changed);
	(void)pthread_mutex_unlock(&recompress->mutex);
	return 0;
}

static int copy_all(struct recompress *recompress, struct decoder *decoder,
		    struct containr_error *err)
{
	autofree unsigned char *piece = malloc(PIECE);

	if (!piece)
		return fail_oom(err);
	for (;;) {
		size_t got;
		int r = decoder_read(decoder, piece, PIECE, &got, err);

		if (r < 0 || got == 0)
			return r;
		r = take_plain(recompress, piece, got, err);
		if (r == 0)
			r = blob_write(&recompress->blob, piece, got, err);
		if (r == 0)
			r = tell_written(recompress, NULL, 0, err);
		if (r < 0)
			return r;
	}
}

/* What is stored damaged must not become a blob with a right digest. */
static int check_diff_id(struct recompress *recompress, struct containr_error *err)
{
	char digest[DIGEST_SIZE];
	int r = sha256_finish(&recompress->hash, digest, err);

	if (r < 0 || strcmp(digest, recompress->diff_id) == 0)
		return r;
	return fail(err, CONTAINR_E_DIGEST_MISMATCH,
		    "layer %s unpacks to %s, the configuration says %s", recompress->what, digest,
		    recompress->diff_id);
}

static int make(struct recompress *recompress, struct containr_error *err)
{
	const struct input_source source = { .fd = recompress->source, .what = recompress->what };
	__attribute__((cleanup(input_release))) struct input input;
	autodecoder *decoder = NULL;
	int r = input_open(&input, &source, err);

	if (r == 0)
		r = decoder_open(&input, &decoder, err);
	if (r < 0)
		return r;
	r = recompress->format == RECOMPRESS_GZIP
		    ? gzip_compress(decoder, &recompress->blob, take_plain, tell_written,
				    recompress, err)
		    : copy_all(recompress, decoder, err);
	if (r == 0)
		r = check_diff_id(recompress, err);
	return r == 0 ? blob_seal(&recompress->blob, recompress->digest, err) : r;
}

void recompress_run(struct recompress *recompress)
{
	struct containr_error err = { 0 };
	int r = make(recompress, &err);

	(void)pthread_mutex_lock(&recompress->mutex);
	if (r < 0)
		recompress->err = err;
	recompress->have = recompress->blob.size;
	recompress->ended = true;
	(void)pthread_cond_broadcast(&recompress->changed);
	(void)pthread_mutex_unlock(&recompress->mutex);
}

int64_t recompress_wait(struct recompress *recompress, int64_t wanted, struct containr_error *err)
{
	int64_t have;

	(void)pthread_mutex_lock(&recompress->mutex);
	while (recompress->have < wanted && !recompress->ended)
		(void)pthread_cond_wait(&recompress->changed, &recompress->mutex);
	have = recompress->have;
	if (recompress->err.code != CONTAINR_E_OK) {
		*err = recompress->err;
		have = -(int64_t)err->code;
	}
	(void)pthread_mutex_unlock(&recompress->mutex);
	return have;
}

static void note_path(const char *diff_id, enum recompress_format format,
		      char ret_path[CONTENT_PATH_SIZE])
{
	(void)snprintf(ret_path, CONTENT_PATH_SIZE, "%s/%s", folders[format], digest_hex(diff_id));
}

bool recompress_find(const struct containr *engine, const char *diff_id,
		     enum recompress_format format, char ret_digest[DIGEST_SIZE], int64_t *ret_size)
{
	char path[CONTENT_PATH_SIZE];
	struct containr_error ignored;
	autostr text = STR_INIT;
	int64_t size;

	note_path(diff_id, format, path);
	if (fs_read_file(engine->root_fd, path, NOTE_MAX, &text, &ignored) < 0 ||
	    text.len <= DIGEST_LEN || text.data[DIGEST_LEN] != ' ')
		return false;
	text.data[DIGEST_LEN] = '\0';
	if (!digest_is_valid(text.data) ||
	    parse_int64(text.data + DIGEST_SIZE, "size", 1, INT64_MAX, &size, &ignored) < 0)
		return false;
	memcpy(ret_digest, text.data, DIGEST_SIZE);
	*ret_size = size;
	return true;
}

void recompress_note(const struct containr *engine, const char *diff_id,
		     enum recompress_format format, const char *digest, int64_t size)
{
	char path[CONTENT_PATH_SIZE];
	char text[NOTE_MAX];
	struct containr_error ignored;

	note_path(diff_id, format, path);
	(void)snprintf(text, sizeof(text), "%s %" PRId64, digest, size);
	if (fs_make_dirs(engine->root_fd, folders[format], 0700, &ignored) == 0)
		error_ignore(fs_replace_file(engine->root_fd, path, text, strlen(text), 0600,
					     FS_VOLATILE, &ignored));
}
