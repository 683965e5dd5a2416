/* SPDX-License-Identifier: MIT */
#include "image/registry/download.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES_MAX 6 /* that bring nothing, one after the other */
#define WAIT_FIRST_MS 200
#define PIECE (256 << 10)

void download_release(struct download *download)
{
	cleanup_close(&download->fd);
	download->fd = -1;
	sha256_release(&download->hash);
	(void)pthread_cond_destroy(&download->changed);
	(void)pthread_mutex_destroy(&download->mutex);
}

/*
 * Between open and lock another process may have taken the file into the store: then it is a blob now,
 * under another name, and none of ours.
 */
static int open_locked(struct download *download, struct containr_error *err)
{
	for (;;) {
		struct stat info;
		struct stat named;
		autoclose int fd = openat(download->engine->root_fd, download->path,
					  O_RDWR | O_CREAT | O_CLOEXEC, 0600);

		if (fd < 0 && errno == ENOENT) { /* nobody needed the folder any more */
			int r = fs_make_dirs(download->engine->root_fd, DOWNLOAD_DIR, 0700, err);

			if (r < 0)
				return r;
			continue;
		}
		if (fd < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'",
					download->engine->root, download->path);
		while (flock(fd, LOCK_EX) < 0)
			if (errno != EINTR)
				return fail_sys(err, CONTAINR_E_LOCKED, "cannot lock '%s/%s'",
						download->engine->root, download->path);
		if (fstat(fd, &info) < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot look at a download");
		if (fstatat(download->engine->root_fd, download->path, &named, 0) < 0 ||
		    named.st_ino != info.st_ino || named.st_dev != info.st_dev)
			continue;
		download->found = info.st_size;
		download->fd = steal_fd(&fd);
		return 0;
	}
}

/* What an earlier attempt left is hashed anew: a gigabyte takes less than a second. */
static int hash_found(struct download *download, struct containr_error *err)
{
	autofree unsigned char *piece = malloc(PIECE);
	int r = 0;

	if (!piece)
		return fail_oom(err);
	while (r == 0 && download->have < download->found) {
		ssize_t got = pread(download->fd, piece, PIECE, download->have);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot read '%s/%s'",
					download->engine->root, download->path);
		r = sha256_update(&download->hash, piece, (size_t)got, err);
		download->have += got;
	}
	return r;
}

int download_open(struct download *download, const struct containr *engine,
		  const struct descriptor *blob, struct containr_error *err)
{
	int r;

	*download = (struct download) { .engine = engine, .blob = *blob, .fd = -1 };
	(void)pthread_mutex_init(&download->mutex, NULL);
	(void)pthread_cond_init(&download->changed, NULL);
	(void)snprintf(download->path, sizeof(download->path), DOWNLOAD_DIR "/%s",
		       digest_hex(blob->digest));
	r = open_locked(download, err);
	if (r == 0)
		r = sha256_init(&download->hash, err);
	if (r < 0)
		return r;
	if (download->found > blob->size) {
		download->found = 0;
		if (ftruncate(download->fd, 0) < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot empty '%s/%s'", engine->root,
					download->path);
	}
	return hash_found(download, err);
}

static void tell(struct download *download, int64_t more, bool ended)
{
	(void)pthread_mutex_lock(&download->mutex);
	download->have += more;
	download->ended = ended;
	(void)pthread_cond_broadcast(&download->changed);
	(void)pthread_mutex_unlock(&download->mutex);
}

int download_wait(void *data, int64_t have, struct containr_error *err)
{
	struct download *download = data;
	int r;

	(void)pthread_mutex_lock(&download->mutex);
	while (download->have <= have && !download->ended)
		(void)pthread_cond_wait(&download->changed, &download->mutex);
	r = download->have > have;
	if (!r && download->err.code != CONTAINR_E_OK) {
		*err = download->err;
		r = -err->code;
	}
	(void)pthread_mutex_unlock(&download->mutex);
	return r;
}

void download_fail(struct download *download, const struct containr_error *why)
{
	(void)pthread_mutex_lock(&download->mutex);
	download->err = *why;
	(void)pthread_mutex_unlock(&download->mutex);
	tell(download, 0, true);
}

/* A registry that ignores Range begins at the first byte. */
static void begin_answer(void *data, long status)
{
	struct download *download = data;

	download->skip = status == 206 ? 0 : download->have;
}

static size_t take_bytes(void *data, const void *bytes, size_t len)
{
	struct download *download = data;
	size_t skipped = download->skip < (int64_t)len ? (size_t)download->skip : len;
	const unsigned char *at = (const unsigned char *)bytes + skipped;
	size_t rest = len - skipped;
	struct containr_error *err = &download->err;

	if (download->given_up && *download->given_up) {
		error_ignore(fail(err, CONTAINR_E_INVALID_STATE, "the transfer was given up"));
		return 0;
	}
	download->skip -= (int64_t)skipped;
	if (rest == 0)
		return len;
	if (download->have + (int64_t)rest > download->blob.size) {
		error_ignore(fail(err, CONTAINR_E_DIGEST_MISMATCH,
				  "the registry sends more than the %" PRId64 " bytes of %s",
				  download->blob.size, download->blob.digest));
		return 0;
	}
	if (lseek(download->fd, download->have, SEEK_SET) < 0 ||
	    fs_write_all(download->fd, at, rest) < 0) {
		error_ignore(fail_sys(err, CONTAINR_E_IO, "cannot write '%s/%s'",
				      download->engine->root, download->path));
		return 0;
	}
	if (sha256_update(&download->hash, at, rest, err) < 0)
		return 0;
	tell(download, (int64_t)rest, false);
	return len;
}

static int fetch_once(struct download *download, struct registry *registry, struct http *http,
		      struct containr_error *err)
{
	char url[DIGEST_SIZE + 8];
	char range[64];
	const char *headers[] = { NULL, NULL };
	const struct http_request request = { .method = "GET",
					      .url = url,
					      .headers = headers,
					      .sink = take_bytes,
					      .begin = begin_answer,
					      .data = download };
	autoanswer answer = { 0 };
	int r;

	(void)snprintf(url, sizeof(url), "blobs/%s", download->blob.digest);
	(void)snprintf(range, sizeof(range), "Range: bytes=%" PRId64 "-", download->have);
	if (download->have > 0)
		headers[0] = range;
	r = registry_do(registry, http, &request, &answer, err);
	if (download->err.code != CONTAINR_E_OK) {
		*err = download->err;
		return -err->code;
	}
	if (r < 0 || answer.status == 200 || answer.status == 206)
		return r;
	return registry_fail(&answer, download->blob.digest, err);
}

/* A connection that broke off is no reason to give up as long as each one brings something. */
static int fetch(struct download *download, struct registry *registry, struct http *http,
		 struct containr_error *err)
{
	int tries = 0;

	while (download->have < download->blob.size) {
		int64_t before = download->have;
		int r = fetch_once(download, registry, http, err);

		if (r == 0 && download->have == before)
			r = fail(err, CONTAINR_E_REGISTRY_UNREACHABLE,
				 "%s: the registry sends nothing", registry->domain);
		if (r < 0 && r != -CONTAINR_E_REGISTRY_UNREACHABLE)
			return r;
		tries = download->have > before ? 0 : tries + 1;
		if (tries == TRIES_MAX)
			return r;
		if (r < 0 && tries > 0)
			(void)poll(NULL, 0, WAIT_FIRST_MS << tries);
	}
	return 0;
}

static int check_digest(struct download *download, struct containr_error *err)
{
	char digest[DIGEST_SIZE];
	int r = sha256_finish(&download->hash, digest, err);

	if (r < 0 || strcmp(digest, download->blob.digest) == 0)
		return r;
	(void)unlinkat(download->engine->root_fd, download->path, 0);
	(void)fail(err, CONTAINR_E_DIGEST_MISMATCH, "%s: what was received has the digest %s",
		   download->blob.digest, digest);
	if (download->found > 0)
		return fail_hint(err, "a part was left by an earlier attempt, maybe damaged; it is "
				      "removed now: try again");
	return -err->code;
}

int download_run(struct download *download, struct registry *registry, struct http *http,
		 struct containr_error *err)
{
	int r = fetch(download, registry, http, err);

	if (r == 0)
		r = check_digest(download, err);
	if (r < 0)
		download_fail(download, err);
	else
		tell(download, 0, true);
	return r;
}
