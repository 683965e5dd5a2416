/* SPDX-License-Identifier: MIT */
#include "image/archive/unpack.h"

#include "base/cleanup.h"
#include "image/archive/entry.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

/* A folder whose time is set when all its entries are there. */
struct folder_time {
	char *name; /* clean */
	struct timespec mtime;
};

struct unpack {
	struct tar_reader *reader;
	struct tree tree;
	struct str clean; /* name of the current entry */
	struct folder_time *folders;
	size_t folder_count;
	size_t folder_cap;
	size_t entries;
	struct containr_error *err;
};

static void unpack_release(struct unpack *unpack)
{
	tar_close(unpack->reader);
	tree_release(&unpack->tree);
	str_release(&unpack->clean);
	for (size_t i = 0; i < unpack->folder_count; i++)
		free(unpack->folders[i].name);
	free(unpack->folders);
}

static int remember_time(struct unpack *unpack, const struct tar_entry *entry)
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
		(struct folder_time) { .name = strdup(unpack->clean.data), .mtime = entry->mtime };
	if (!unpack->folders[unpack->folder_count].name)
		return fail_oom(unpack->err);
	unpack->folder_count++;
	return 0;
}

static int write_entry(struct unpack *unpack, const struct tar_entry *entry)
{
	int r;

	if (++unpack->entries > UNPACK_ENTRIES_MAX)
		return fail(unpack->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive has more than %d entries", UNPACK_ENTRIES_MAX);
	r = tree_clean_name(entry->name, &unpack->clean, unpack->err);
	if (r == 0)
		r = entry_write(&unpack->tree, unpack->reader, entry, unpack->clean.data);
	if (r == 0 && entry->type == TAR_FOLDER)
		r = remember_time(unpack, entry);
	if (r == -CONTAINR_E_INVALID_ARCHIVE)
		return fail_prefix(unpack->err, "entry at byte %" PRId64, entry->header_offset);
	return r;
}

static int write_entries(struct unpack *unpack)
{
	const struct tar_entry *entry;
	int r;

	while ((r = tar_next(unpack->reader, &entry, unpack->err)) == 1) {
		r = write_entry(unpack, entry);
		if (r < 0)
			return r;
	}
	return r;
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

int unpack_tar(tar_read_function *read, void *data, int root, enum unpack_kind kind,
	       struct containr_error *err)
{
	__attribute__((cleanup(unpack_release))) struct unpack unpack = { .err = err,
									  .tree = TREE(root, err) };
	int r = tar_open(read, data, &unpack.reader, err);

	unpack.tree.keeps_kinds = kind == UNPACK_FILES;
	if (r == 0)
		r = write_entries(&unpack);
	return r == 0 ? set_folder_times(&unpack) : r;
}
