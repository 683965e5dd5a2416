/* SPDX-License-Identifier: MIT */
#include "base/fs_size.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* Whoever can write there could put links on the way: none is followed. */
static int open_below(int top, const char *path)
{
	const struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	return (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
}

static void add_folder(int top, const char *folder, struct strv *folders, int64_t *bytes)
{
	int fd = open_below(top, folder);
	autoclosedir DIR *listing = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *entry;

	if (!listing)
		cleanup_close(&fd);
	while (listing && (entry = readdir(listing))) {
		struct stat info;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(listing), entry->d_name, &info, AT_SYMLINK_NOFOLLOW) < 0)
			continue;
		if (S_ISDIR(info.st_mode))
			strv_pushf(folders, "%s/%s", folder, entry->d_name);
		else if (S_ISREG(info.st_mode) &&
			 __builtin_add_overflow(*bytes, (int64_t)info.st_size, bytes))
			*bytes = INT64_MAX;
	}
}

int fs_size(int dir, const char *path, int64_t *ret_bytes, struct containr_error *err)
{
	autostrv folders = { 0 };

	*ret_bytes = 0;
	strv_push(&folders, path);
	for (size_t i = 0; !folders.failed && i < folders.len; i++) {
		autofree char *folder = strdup(folders.items[i]);

		if (!folder)
			return fail_oom(err);
		add_folder(dir, folder, &folders, ret_bytes);
	}
	return folders.failed ? fail_oom(err) : 0;
}
