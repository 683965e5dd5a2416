/* SPDX-License-Identifier: MIT */
#include "image/workdir.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define WORKDIR_PREFIX "import-"
#define ATTEMPTS_MAX 16

/* Between mkdir and flock a sweep may take the folder for a dead one's: then it is gone, or locked.
 */
static bool lock_folder(struct workdir *dir)
{
	struct stat info;

	dir->fd = openat(dir->engine->root_fd, dir->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir->fd >= 0 && flock(dir->fd, LOCK_EX | LOCK_NB) == 0 && fstat(dir->fd, &info) == 0 &&
	    info.st_nlink > 0)
		return true;
	cleanup_close(&dir->fd);
	dir->fd = -1;
	return false;
}

int workdir_create(const struct containr *engine, struct workdir *ret_dir,
		   struct containr_error *err)
{
	struct workdir dir = { .engine = engine, .fd = -1 };

	for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
		char unique[33];
		int r = fs_random_hex(16, unique, err);

		if (r < 0)
			return r;
		(void)snprintf(dir.path, sizeof(dir.path), "tmp/" WORKDIR_PREFIX "%s", unique);
		if (mkdirat(engine->root_fd, dir.path, 0700) < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot create '%s/%s'", engine->root,
					dir.path);
		if (lock_folder(&dir)) {
			*ret_dir = dir;
			return 0;
		}
	}
	return fail_sys(err, CONTAINR_E_LOCKED, "cannot lock '%s/%s'", engine->root, dir.path);
}

void workdir_remove(struct workdir *dir)
{
	struct containr_error ignored;

	if (dir->fd < 0)
		return;
	error_ignore(fs_remove_tree(dir->engine->root_fd, dir->path, &ignored));
	cleanup_close(&dir->fd);
	dir->fd = -1;
}

void workdir_sweep(const struct containr *engine)
{
	autoclosedir DIR *folder = NULL;
	const struct dirent *entry;
	int fd = openat(engine->root_fd, "tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	folder = fd < 0 ? NULL : fdopendir(fd);
	if (!folder) {
		cleanup_close(&fd);
		return;
	}
	while ((entry = readdir(folder))) {
		struct containr_error ignored;
		autoclose int victim = -1;

		if (strncmp(entry->d_name, WORKDIR_PREFIX, strlen(WORKDIR_PREFIX)) != 0)
			continue;
		victim = openat(dirfd(folder), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (victim >= 0 && flock(victim, LOCK_EX | LOCK_NB) == 0)
			error_ignore(fs_remove_tree(dirfd(folder), entry->d_name, &ignored));
	}
}
