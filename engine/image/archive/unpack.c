/* SPDX-License-Identifier: MIT */
#include "image/archive/unpack.h"

#include "base/cleanup.h"
#include "image/archive/entry.h"
#include "image/archive/locale.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#define TAR_BLOCK 512

/* A folder whose time is set when all its entries are there. */
struct folder_time {
	char *name; /* clean */
	struct timespec mtime;
};

struct unpack {
	struct archive *archive;
	struct tree tree;
	struct str clean; /* name of the current entry */
	struct folder_time *folders;
	size_t folder_count;
	size_t folder_cap;
	size_t entries;
	unpack_read_function *read;
	void *data;
	int64_t fed; /* bytes of the tar that libarchive got so far */
	struct containr_error *err;
};

static void unpack_release(struct unpack *unpack)
{
	(void)archive_read_free(unpack->archive);
	tree_release(&unpack->tree);
	str_release(&unpack->clean);
	for (size_t i = 0; i < unpack->folder_count; i++)
		free(unpack->folders[i].name);
	free(unpack->folders);
}

static ssize_t feed(struct archive *archive, void *data, const void **ret_bytes)
{
	struct unpack *unpack = data;
	const unsigned char *bytes = NULL;
	ssize_t len = unpack->read(unpack->data, &bytes);

	if (len < 0) {
		archive_set_error(archive, EIO, "the archive cannot be read");
		return -1;
	}
	unpack->fed += len;
	*ret_bytes = bytes;
	return len;
}

static int fail_archive(const struct unpack *unpack)
{
	const char *problem = archive_error_string(unpack->archive);
	int64_t offset = archive_read_header_position(unpack->archive);

	if (archive_errno(unpack->archive) == ENOMEM)
		return fail_oom(unpack->err);
	if (unpack->entries == 0)
		return fail(unpack->err, CONTAINR_E_INVALID_ARCHIVE, "this is no tar archive: %s",
			    problem ? problem : "unknown format");
	return fail(unpack->err, CONTAINR_E_INVALID_ARCHIVE,
		    "the archive is damaged at byte %" PRId64 ", after '%.200s': %s", offset,
		    unpack->clean.data ? unpack->clean.data : "",
		    problem ? problem : "unknown problem");
}

static int open_archive(struct unpack *unpack)
{
	unpack->archive = archive_read_new();
	if (!unpack->archive)
		return fail_oom(unpack->err);
	if (archive_read_support_format_tar(unpack->archive) != ARCHIVE_OK ||
	    archive_read_open(unpack->archive, unpack, NULL, feed, NULL) != ARCHIVE_OK)
		return fail_archive(unpack);
	return 0;
}

static int remember_time(struct unpack *unpack, struct archive_entry *entry)
{
	if (unpack->folder_count == unpack->folder_cap) {
		size_t cap = unpack->folder_cap ? unpack->folder_cap * 2 : 64;
		struct folder_time *folders =
			reallocarray(unpack->folders, cap, sizeof(*unpack->folders));

		if (!folders)
			return fail_oom(unpack->err);
		unpack->folders = folders;
		unpack->folder_cap = cap;
	}
	unpack->folders[unpack->folder_count] =
		(struct folder_time) { .name = strdup(unpack->clean.data),
				       .mtime = entry_mtime(entry) };
	if (!unpack->folders[unpack->folder_count].name)
		return fail_oom(unpack->err);
	unpack->folder_count++;
	return 0;
}

static int write_entry(struct unpack *unpack, struct archive_entry *entry)
{
	const char *name = archive_entry_pathname(entry);
	int r;

	if (++unpack->entries > UNPACK_ENTRIES_MAX)
		return fail(unpack->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive has more than %d entries", UNPACK_ENTRIES_MAX);
	if (!name)
		return fail(unpack->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the entry at byte %" PRId64 " has a name that cannot be read",
			    archive_read_header_position(unpack->archive));
	r = tree_clean_name(name, &unpack->clean, unpack->err);
	if (r == 0)
		r = entry_write(&unpack->tree, unpack->archive, entry, unpack->clean.data);
	if (r == 0 && archive_entry_filetype(entry) == AE_IFDIR && !archive_entry_hardlink(entry))
		r = remember_time(unpack, entry);
	if (r == -CONTAINR_E_INVALID_ARCHIVE)
		return fail_prefix(unpack->err, "entry at byte %" PRId64,
				   archive_read_header_position(unpack->archive));
	return r;
}

static int write_entries(struct unpack *unpack)
{
	struct archive_entry *entry;
	int status;

	/* a warning tells of something that tar can say and libarchive cannot */
	while ((status = archive_read_next_header(unpack->archive, &entry)) == ARCHIVE_OK ||
	       status == ARCHIVE_WARN) {
		int r = write_entry(unpack, entry);

		if (r < 0)
			return r;
	}
	if (status != ARCHIVE_EOF)
		return fail_archive(unpack);
	/* libarchive takes the end of the bytes for the end of the tar as well */
	if (unpack->fed < archive_read_header_position(unpack->archive) + TAR_BLOCK)
		return fail(unpack->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive is cut off after '%.200s': it has no end mark",
			    unpack->clean.data ? unpack->clean.data : "");
	return 0;
}

/* A later entry may have put something else at a folder's place; then there is nothing to do. */
static int set_folder_times(const struct unpack *unpack)
{
	for (size_t i = 0; i < unpack->folder_count; i++) {
		const struct folder_time *folder = &unpack->folders[i];
		const struct timespec times[2] = { folder->mtime, folder->mtime };
		autoclose int fd = tree_open_folder(&unpack->tree, folder->name);

		if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
			continue;
		if (fd < 0 || futimens(fd, times) < 0)
			return tree_fail(&unpack->tree, "cannot set the time of folder",
					 folder->name);
	}
	return 0;
}

int unpack_tar(unpack_read_function *read, void *data, int root, enum unpack_kind kind,
	       struct containr_error *err)
{
	autolocale locale_t locale = locale_use_utf8();
	__attribute__((cleanup(unpack_release))) struct unpack unpack = {
		.read = read, .data = data, .err = err, .tree = TREE(root, err)
	};
	int r = open_archive(&unpack);

	(void)locale;
	unpack.tree.keeps_kinds = kind == UNPACK_FILES;
	if (r == 0)
		r = write_entries(&unpack);
	return r == 0 ? set_folder_times(&unpack) : r;
}
