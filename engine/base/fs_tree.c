/* SPDX-License-Identifier: MIT */
#include "base/fs.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/fs.h> /* RENAME_NOREPLACE */
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/*
 * Removal of a tree. Depth costs a descriptor and a stack entry each; a hostile image can nest
 * thousands of folders, so that past MAX_DEPTH a subfolder is renamed up into the top folder, where
 * it is met again as a shallow one.
 */
#define MAX_DEPTH 32

struct tree_level {
	DIR *dir; /* owned */
	char name[NAME_MAX + 1];
};

struct tree_walk {
	struct tree_level levels[MAX_DEPTH];
	size_t depth;
	unsigned long moved; /* subfolders lifted so far; makes their new names unique */
	dev_t device;
	struct containr_error *err;
};

/* A folder that its owner may not read, as overlayfs leaves one, can still be made readable. */
static int open_folder(int parent, const char *name)
{
	const int flags = O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(parent, name, O_RDONLY | flags);
	autoclose int place = -1;
	char link[40];

	if (fd >= 0 || errno != EACCES)
		return fd;
	place = openat(parent, name, O_PATH | flags);
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", place);
	if (place < 0 || fchmodat(AT_FDCWD, link, 0700, 0) < 0) {
		errno = EACCES;
		return -1;
	}
	return openat(parent, name, O_RDONLY | flags);
}

static int walk_enter(struct tree_walk *walk, int parent, const char *name)
{
	autoclose int fd = open_folder(parent, name);
	struct tree_level *level = &walk->levels[walk->depth];
	struct stat info;

	if (fd < 0 && errno == ENOENT)
		return 0; /* somebody else removes the same tree, and was here first */
	if (fd < 0 || fstat(fd, &info) < 0)
		return fail_sys(walk->err, CONTAINR_E_IO, "cannot open folder '%s'", name);
	if (walk->depth == 0)
		walk->device = info.st_dev;
	if (info.st_dev != walk->device) {
		errno = EBUSY;
		return fail_sys(walk->err, CONTAINR_E_IO, "something is mounted on '%s'", name);
	}
	level->dir = fdopendir(fd);
	if (!level->dir)
		return fail_sys(walk->err, CONTAINR_E_IO, "cannot read folder '%s'", name);
	(void)steal_fd(&fd);
	(void)snprintf(level->name, sizeof(level->name), "%s", name);
	walk->depth++;
	return 0;
}

/* Puts a folder that lies too deep directly into the top folder, under a name nothing else has. */
static int walk_lift(struct tree_walk *walk, int parent, const char *name)
{
	int top = dirfd(walk->levels[0].dir);
	char lifted[NAME_MAX + 1];

	for (;;) {
		(void)snprintf(lifted, sizeof(lifted), ".deep-%lu", walk->moved++);
		if (syscall(SYS_renameat2, parent, name, top, lifted, RENAME_NOREPLACE) == 0)
			return 0;
		if (errno != EEXIST)
			return fail_sys(walk->err, CONTAINR_E_IO, "cannot move '%s'", name);
	}
}

/* Removes the entries of the innermost folder until it is empty or a subfolder has to be entered.
 */
static int walk_step(struct tree_walk *walk)
{
	struct tree_level *level = &walk->levels[walk->depth - 1];
	int fd = dirfd(level->dir);
	const struct dirent *entry;

	while ((errno = 0, entry = readdir(level->dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		if (entry->d_type != DT_DIR) {
			if (unlinkat(fd, entry->d_name, 0) == 0 || errno == ENOENT)
				continue;
			if (errno != EISDIR)
				return fail_sys(walk->err, CONTAINR_E_IO, "cannot remove '%s'",
						entry->d_name);
		}
		if (unlinkat(fd, entry->d_name, AT_REMOVEDIR) == 0)
			continue;
		/* a bind mount may be of the same device: only this tells it from a folder */
		if (errno == EBUSY)
			return fail_sys(walk->err, CONTAINR_E_IO, "something is mounted on '%s'",
					entry->d_name);
		if (walk->depth == MAX_DEPTH) {
			int r = walk_lift(walk, fd, entry->d_name);

			if (r < 0)
				return r;
			continue;
		}
		return walk_enter(walk, fd, entry->d_name);
	}
	if (errno)
		return fail_sys(walk->err, CONTAINR_E_IO, "cannot read folder '%s'", level->name);
	return 0;
}

static void walk_close(struct tree_walk *walk)
{
	while (walk->depth > 0)
		(void)closedir(walk->levels[--walk->depth].dir);
}

static int walk_remove(struct tree_walk *walk, int dir, const char *path)
{
	while (walk->depth > 0) {
		size_t depth = walk->depth;
		struct tree_level *level = &walk->levels[depth - 1];
		const char *name = depth > 1 ? level->name : path;
		int parent;
		int r = walk_step(walk);

		if (r < 0)
			return r;
		if (walk->depth > depth)
			continue;
		parent = depth > 1 ? dirfd(walk->levels[depth - 2].dir) : dir;
		if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT) {
			(void)closedir(level->dir);
			walk->depth--;
		} else if (errno == ENOTEMPTY || errno == EEXIST) {
			/* readdir may miss what was lifted in here meanwhile */
			rewinddir(level->dir);
		} else {
			return fail_sys(walk->err, CONTAINR_E_IO, "cannot remove folder '%s'",
					name);
		}
	}
	return 0;
}

int fs_remove_tree(int dir, const char *path, struct containr_error *err)
{
	struct tree_walk walk = { .err = err };
	int r;

	if (unlinkat(dir, path, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return fail_sys(err, CONTAINR_E_IO, "cannot remove '%s'", path);
	if (unlinkat(dir, path, AT_REMOVEDIR) == 0)
		return 0;
	if (errno == EBUSY)
		return fail_sys(err, CONTAINR_E_IO, "something is mounted on '%s'", path);
	r = walk_enter(&walk, dir, path);
	if (r == 0)
		r = walk_remove(&walk, dir, path);
	walk_close(&walk);
	return r;
}
