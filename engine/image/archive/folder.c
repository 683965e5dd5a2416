/* SPDX-License-Identifier: MIT */
#include "image/archive/folder.h"

#include "base/cleanup.h"
#include "image/archive/locale.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#define TAR_CHUNK (64 << 10)

static const char zeros[TAR_CHUNK];

struct folder {
	struct archive *disk; /* reads the files */
	struct archive *tar;  /* writes the archive */
	struct archive_entry_linkresolver *links;
	char path[PATH_MAX]; /* of the folder, without links */
	folder_write_function *write;
	void *data;
	int failed; /* what `write` returned */
	struct containr_error *err;
};

static void folder_release(struct folder *folder)
{
	/* freeing an unfinished writer would write the end mark of a tar that has none */
	if (folder->tar)
		(void)archive_write_fail(folder->tar);
	(void)archive_write_free(folder->tar);
	(void)archive_read_free(folder->disk);
	archive_entry_linkresolver_free(folder->links);
}

static ssize_t drain(struct archive *archive, void *data, const void *bytes, size_t len)
{
	struct folder *folder = data;

	folder->failed = folder->write(folder->data, bytes, len, folder->err);
	if (folder->failed == 0)
		return (ssize_t)len;
	archive_set_error(archive, EIO, "cannot write");
	return -1;
}

static int fail_disk(struct folder *folder)
{
	const char *problem = archive_error_string(folder->disk);

	errno = archive_errno(folder->disk);
	if (errno <= 0)
		return fail(folder->err, CONTAINR_E_IO, "cannot read '%.300s': %s", folder->path,
			    problem ? problem : "unknown problem");
	return fail_sys(folder->err, CONTAINR_E_IO, "cannot read '%.300s': %s", folder->path,
			problem ? problem : "unknown problem");
}

static int fail_tar(struct folder *folder)
{
	const char *problem = archive_error_string(folder->tar);

	if (folder->failed < 0)
		return folder->failed;
	return fail(folder->err, CONTAINR_E_IO, "cannot archive '%.300s': %s", folder->path,
		    problem ? problem : "unknown problem");
}

static int open_disk(struct folder *folder)
{
	folder->disk = archive_read_disk_new();
	if (!folder->disk)
		return fail_oom(folder->err);
	if (archive_read_disk_set_symlink_physical(folder->disk) != ARCHIVE_OK ||
	    archive_read_disk_set_behavior(
		    folder->disk, ARCHIVE_READDISK_NO_TRAVERSE_MOUNTS | ARCHIVE_READDISK_NO_ACL |
					  ARCHIVE_READDISK_NO_FFLAGS) != ARCHIVE_OK ||
	    archive_read_disk_open(folder->disk, folder->path) != ARCHIVE_OK)
		return fail_disk(folder);
	return 0;
}

static int open_tar(struct folder *folder)
{
	folder->tar = archive_write_new();
	folder->links = archive_entry_linkresolver_new();
	if (!folder->tar || !folder->links)
		return fail_oom(folder->err);
	archive_entry_linkresolver_set_strategy(folder->links, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE);
	if (archive_write_set_format_pax(folder->tar) != ARCHIVE_OK ||
	    /* attributes once, as everybody reads them, not once more in libarchive's own way */
	    archive_write_set_format_option(folder->tar, "pax", "xattrheader", "SCHILY") !=
		    ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(folder->tar, TAR_CHUNK) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(folder->tar, 1) != ARCHIVE_OK ||
	    archive_write_open(folder->tar, folder, NULL, drain, NULL) != ARCHIVE_OK)
		return fail_tar(folder);
	return 0;
}

static int write_bytes(struct folder *folder, const void *bytes, size_t len)
{
	const char *at = bytes;

	while (len > 0) {
		la_ssize_t put = archive_write_data(folder->tar, at, len);

		if (put < 0)
			return fail_tar(folder);
		/* the file has grown since its header was written: the rest is not for this tar */
		if (put == 0)
			return 0;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

/* Holes are given to the writer as zeros; it knows from the entry where they are, and skips them.
 */
static int write_content(struct folder *folder)
{
	const void *block;
	size_t len;
	int64_t offset;
	int64_t end = 0;
	int status;

	while ((status = archive_read_data_block(folder->disk, &block, &len, &offset)) ==
	       ARCHIVE_OK) {
		int r = 0;

		while (r == 0 && end < offset) {
			size_t gap = offset - end < TAR_CHUNK ? (size_t)(offset - end) : TAR_CHUNK;

			r = write_bytes(folder, zeros, gap);
			end += (int64_t)gap;
		}
		if (r == 0)
			r = write_bytes(folder, block, len);
		if (r < 0)
			return r;
		end += (int64_t)len;
	}
	return status == ARCHIVE_EOF ? 0 : fail_disk(folder);
}

/* Names begin with the folder's path; in the tar they are relative to it. */
static int set_name(struct folder *folder, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	size_t len = strlen(folder->path);
	autofree char *copy = NULL;

	if (!name || strncmp(name, folder->path, len) != 0)
		return fail(folder->err, CONTAINR_E_IO, "'%.300s' has a file without a name",
			    folder->path);
	name += len;
	name += strspn(name, "/");
	copy = strdup(*name ? name : "./"); /* `name` lies in what is overwritten */
	if (!copy)
		return fail_oom(folder->err);
	archive_entry_copy_pathname(entry, copy);
	return 0;
}

static int write_entry(struct folder *folder, struct archive_entry *entry)
{
	struct archive_entry *spare = NULL;
	int status;
	int r;

	if (archive_entry_filetype(entry) == AE_IFSOCK)
		return 0;
	r = set_name(folder, entry);
	if (r < 0)
		return r;
	archive_entry_set_uname(entry, NULL);
	archive_entry_set_gname(entry, NULL);
	archive_entry_linkify(folder->links, &entry, &spare);
	status = archive_write_header(folder->tar, entry);
	if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
		return fail_tar(folder);
	return archive_entry_size(entry) > 0 ? write_content(folder) : 0;
}

static int write_entries(struct folder *folder)
{
	struct archive_entry *entry = archive_entry_new();
	int status;
	int r = entry ? 0 : fail_oom(folder->err);

	while (r == 0 && (status = archive_read_next_header2(folder->disk, entry)) != ARCHIVE_EOF) {
		if (status != ARCHIVE_OK && status != ARCHIVE_WARN)
			r = fail_disk(folder);
		if (r == 0)
			r = write_entry(folder, entry);
		if (r == 0 && archive_read_disk_can_descend(folder->disk) &&
		    archive_read_disk_descend(folder->disk) < ARCHIVE_WARN)
			r = fail_disk(folder);
	}
	archive_entry_free(entry);
	return r;
}

int folder_write_tar(const char *path, folder_write_function *write, void *data,
		     struct containr_error *err)
{
	autolocale locale_t locale = locale_use_utf8();
	__attribute__((cleanup(folder_release))) struct folder folder = { .write = write,
									  .data = data,
									  .err = err };
	int r = 0;

	(void)locale;
	if (!realpath(path, folder.path))
		return fail_sys(err, CONTAINR_E_IO, "cannot open folder '%.300s'", path);
	r = open_disk(&folder);
	if (r == 0)
		r = open_tar(&folder);
	if (r == 0)
		r = write_entries(&folder);
	if (r == 0 && archive_write_close(folder.tar) != ARCHIVE_OK)
		r = fail_tar(&folder);
	return r;
}
