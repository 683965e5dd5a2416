/* SPDX-License-Identifier: MIT */
#include "image/archive/snapshot_export.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "image/archive/sha256.h"
#include "image/archive/snapshot_check.h"
#include "image/archive/tar_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

/* A layer's tar on its way into a file without a name. */
struct kept {
	int fd;
	struct sha256 hash;
};

static int keep(void *data, const void *bytes, size_t len, struct containr_error *err)
{
	struct kept *kept = data;

	if (fs_write_all(kept->fd, bytes, len) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write the layer's tar");
	return sha256_update(&kept->hash, bytes, len, err);
}

/* Its length has to be known before its first byte is written, and that it is what it was. */
static int pack_layer(const struct containr *engine, const char *digest, int *ret_tar,
		      struct containr_error *err)
{
	struct kept kept = { .fd = openat(engine->root_fd, "tmp", O_RDWR | O_TMPFILE | O_CLOEXEC,
					  0600) };
	char found[DIGEST_SIZE];
	int r = kept.fd < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot create a file in '%s/tmp'",
				       engine->root)
			    : sha256_init(&kept.hash, err);

	if (r == 0)
		r = snapshot_write_layer(engine, digest, keep, &kept, err);
	if (r == 0)
		r = sha256_finish(&kept.hash, found, err);
	sha256_release(&kept.hash);
	if (r == 0 && strcmp(found, digest) != 0)
		r = fail(err, CONTAINR_E_IMAGE_CORRUPT, "layer %.19s is not what it was", digest);
	if (r < 0)
		cleanup_close(&kept.fd);
	else
		*ret_tar = kept.fd;
	return r;
}

static int write_content(struct tar_writer *tar, int from, int64_t size)
{
	int64_t offset = 0;

	while (offset < size) {
		unsigned char *at;
		size_t room;
		ssize_t got;
		int r = tar_writer_claim(tar, &at, &room);

		if (r < 0)
			return r;
		got = pread(from, at, room, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return fail_sys(tar->err, CONTAINR_E_IO, "cannot read the layer's tar");
		tar_writer_commit(tar, (size_t)got);
		offset += got;
	}
	return tar_writer_end_entry(tar);
}

static int write_file(struct tar_writer *tar, const struct containr_snapshot *snapshot,
		      const char *name, int from)
{
	struct tar_entry entry = { .type = TAR_FILE,
				   .name = name,
				   .mode = 0644,
				   .mtime = { .tv_sec = snapshot->created_ns / TIME_NS_PER_SEC } };
	struct stat info;
	int r;

	if (fstat(from, &info) < 0)
		return fail_sys(tar->err, CONTAINR_E_IO, "cannot read the layer's tar");
	entry.size = info.st_size;
	r = tar_writer_entry(tar, &entry);
	return r < 0 ? r : write_content(tar, from, info.st_size);
}

static int write_record(const struct containr *engine, struct tar_writer *tar,
			const struct containr_snapshot *snapshot)
{
	autostr text = STR_INIT;
	autoclose int fd = openat(engine->root_fd, "tmp", O_RDWR | O_TMPFILE | O_CLOEXEC, 0600);

	snapshot_format(snapshot, &text);
	if (text.failed)
		return fail_oom(tar->err);
	if (fd < 0 || fs_write_all(fd, text.data, text.len) < 0)
		return fail_sys(tar->err, CONTAINR_E_IO, "cannot create a file in '%s/tmp'",
				engine->root);
	return write_file(tar, snapshot, SNAPSHOT_ARCHIVE_RECORD, fd);
}

static int write_layer(const struct containr *engine, struct tar_writer *tar,
		       const struct containr_snapshot *snapshot, const char *digest)
{
	char name[sizeof(SNAPSHOT_ARCHIVE_BLOBS) + DIGEST_HEX_LEN];
	autoclose int packed = -1;
	int r = pack_layer(engine, digest, &packed, tar->err);

	(void)snprintf(name, sizeof(name), SNAPSHOT_ARCHIVE_BLOBS "%s", digest_hex(digest));
	return r < 0 ? r : write_file(tar, snapshot, name, packed);
}

/* A layer that stands in the list twice is written once. */
static bool is_first(const struct containr_snapshot *snapshot, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(snapshot->layers[i], snapshot->layers[at]) == 0)
			return false;
	return true;
}

int snapshot_export(const struct containr *engine, const struct containr_snapshot *snapshot,
		    bool with_parents, folder_write_function *write, void *data,
		    struct containr_error *err)
{
	autotarwriter tar = { .write = write, .data = data, .err = err };
	int r = tar_writer_open(&tar);

	if (r == 0)
		r = write_record(engine, &tar, snapshot);
	if (!with_parents && r == 0)
		r = write_layer(engine, &tar, snapshot, snapshot_layer(snapshot));
	for (size_t i = 0; with_parents && r == 0 && snapshot->layers[i]; i++)
		if (is_first(snapshot, i))
			r = write_layer(engine, &tar, snapshot, snapshot->layers[i]);
	return r == 0 ? tar_writer_finish(&tar) : r;
}
