/* SPDX-License-Identifier: MIT */
#include "image/archive/save_sink.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/sha256.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (256 << 10)
#define BLOB_PATH "blobs/sha256/"

static bool is_folder(const struct save_sink *sink)
{
	return sink->spec->format == SAVE_OCI_FOLDER;
}

static int write_out(void *data, const void *bytes, size_t len, struct containr_error *err)
{
	const struct save_sink *sink = data;

	if (fs_write_all(sink->spec->fd, bytes, len) == 0)
		return 0;
	return fail_sys(err, CONTAINR_E_IO, "cannot write to %s", sink->spec->what);
}

int save_sink_open(struct save_sink *sink, struct containr_error *err)
{
	sink->tar = (struct tar_writer) { .write = write_out, .data = sink, .err = err };
	return is_folder(sink) ? 0 : tar_writer_open(&sink->tar);
}

void save_sink_release(struct save_sink *sink)
{
	if (!is_folder(sink))
		tar_writer_release(&sink->tar);
}

/* All that differs between entries; times are left at 1970, so that the archive tells images alone. */
static int begin_entry(struct save_sink *sink, const char *name, enum tar_type type, int64_t size)
{
	const struct tar_entry entry = { .type = type,
					 .name = name,
					 .link = "",
					 .size = size,
					 .mode = type == TAR_FOLDER ? 0755 : 0644 };

	return tar_writer_entry(&sink->tar, &entry);
}

int save_sink_folder(struct save_sink *sink, const char *name, struct containr_error *err)
{
	int r;

	if (is_folder(sink))
		return mkdirat(sink->spec->fd, name, 0755) < 0
			       ? fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'",
					  sink->spec->what, name)
			       : 0;
	r = begin_entry(sink, name, TAR_FOLDER, 0);
	return r == 0 ? tar_writer_end_entry(&sink->tar) : r;
}

static int create_file(const struct save_sink *sink, const char *name, int *ret_fd,
		       struct containr_error *err)
{
	*ret_fd = openat(sink->spec->fd, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	return *ret_fd < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", sink->spec->what,
				      name)
			   : 0;
}

static int put_in_tar(struct save_sink *sink, const void *bytes, size_t len)
{
	const char *from = bytes;

	while (len > 0) {
		unsigned char *at;
		size_t room;
		int r = tar_writer_claim(&sink->tar, &at, &room);

		if (r < 0)
			return r;
		room = room < len ? room : len;
		memcpy(at, from, room);
		tar_writer_commit(&sink->tar, room);
		from += room;
		len -= room;
	}
	return 0;
}

int save_sink_text(struct save_sink *sink, const char *name, const struct str *text,
		   struct containr_error *err)
{
	autoclose int file = -1;
	int r;

	if (text->failed)
		return fail_oom(err);
	if (is_folder(sink)) {
		r = create_file(sink, name, &file, err);
		if (r == 0 && fs_write_all(file, text->data, text->len) < 0)
			r = fail_sys(err, CONTAINR_E_IO, "cannot write '%s/%s'", sink->spec->what,
				     name);
		return r;
	}
	r = begin_entry(sink, name, TAR_FILE, (int64_t)text->len);
	if (r == 0)
		r = put_in_tar(sink, text->data, text->len);
	return r == 0 ? tar_writer_end_entry(&sink->tar) : r;
}

/* The next bytes of a blob into @at. */
static int read_some(struct save_sink *sink, int fd, unsigned char *at, size_t size,
		     struct sha256 *hash, size_t *ret_got, struct containr_error *err)
{
	ssize_t got;
	int r = input_watch_tell(sink->spec->watch, sink->spec->what, sink->written, err);

	if (r < 0)
		return r;
	do
		got = read(fd, at, size);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read a blob");
	sink->written += got;
	*ret_got = (size_t)got;
	return sha256_update(hash, at, (size_t)got, err);
}

static int copy_to_tar(struct save_sink *sink, int fd, struct sha256 *hash,
		       struct containr_error *err)
{
	for (;;) {
		unsigned char *at;
		size_t room;
		size_t got;
		int r = tar_writer_claim(&sink->tar, &at, &room);

		if (r < 0 || room == 0)
			return r;
		r = read_some(sink, fd, at, room, hash, &got, err);
		if (r < 0)
			return r;
		if (got == 0)
			return fail(err, CONTAINR_E_IMAGE_CORRUPT, "a blob is cut off");
		tar_writer_commit(&sink->tar, got);
	}
}

static int copy_to_file(struct save_sink *sink, int fd, int file, struct sha256 *hash,
			struct containr_error *err)
{
	autofree unsigned char *piece = malloc(PIECE);

	if (!piece)
		return fail_oom(err);
	for (;;) {
		size_t got;
		int r = read_some(sink, fd, piece, PIECE, hash, &got, err);

		if (r < 0 || got == 0)
			return r;
		if (fs_write_all(file, piece, got) < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot write to %s", sink->spec->what);
	}
}

int save_sink_blob(struct save_sink *sink, const char *digest, int fd, int64_t size,
		   struct containr_error *err)
{
	char name[sizeof(BLOB_PATH) + DIGEST_HEX_LEN];
	char found[DIGEST_SIZE];
	autosha256 hash = { 0 };
	autoclose int file = -1;
	int r = sha256_init(&hash, err);

	(void)snprintf(name, sizeof(name), BLOB_PATH "%s", digest_hex(digest));
	if (r == 0 && is_folder(sink)) {
		r = create_file(sink, name, &file, err);
		if (r == 0)
			r = copy_to_file(sink, fd, file, &hash, err);
	} else if (r == 0) {
		r = begin_entry(sink, name, TAR_FILE, size);
		if (r == 0)
			r = copy_to_tar(sink, fd, &hash, err);
		if (r == 0)
			r = tar_writer_end_entry(&sink->tar);
	}
	if (r == 0)
		r = sha256_finish(&hash, found, err);
	if (r == 0 && strcmp(found, digest) != 0)
		r = fail(err, CONTAINR_E_IMAGE_CORRUPT, "blob %s does not have its digest", digest);
	return r;
}

int save_sink_finish(struct save_sink *sink, struct containr_error *err)
{
	(void)err;
	return is_folder(sink) ? 0 : tar_writer_finish(&sink->tar);
}
