/* SPDX-License-Identifier: MIT */
#include "volume/copy_tree.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#define NAMES_MAX 4096
#define VALUE_MAX 4096

/* A folder that is being copied, on both sides. */
struct side {
	int from;
	int to;
};

struct copy {
	struct side top;
	struct strv folders; /* relative paths, still to be looked into */
	struct containr_error *err;
};

static int fail_copy(struct copy *copy, const char *name)
{
	return fail_sys(copy->err, CONTAINR_E_IO, "cannot copy '%s' into the volume", name);
}

/* Whoever has the volume mounted could put links on the way: none is followed. */
static int open_below(int top, const char *path)
{
	const struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	return (int)syscall(SYS_openat2, top, *path ? path : ".", &how, sizeof(how));
}

/* Attributes of the overlay itself mean nothing elsewhere; what the target cannot hold is lost. */
static void copy_attributes(int from, int to)
{
	char names[NAMES_MAX];
	char value[VALUE_MAX];
	ssize_t len = flistxattr(from, names, sizeof(names));

	for (const char *name = names; len > 0 && name < names + len; name += strlen(name) + 1) {
		ssize_t size;

		if (str_starts_with(name, "trusted.") || str_starts_with(name, "security.selinux"))
			continue;
		size = fgetxattr(from, name, value, sizeof(value));
		if (size >= 0)
			(void)fsetxattr(to, name, value, (size_t)size, 0);
	}
}

/* The owner first: changing it takes away the set-user-ID bit and file capabilities. */
static int copy_metadata(int from, int to, const struct stat *info)
{
	const struct timespec times[2] = { info->st_atim, info->st_mtim };

	if (fchown(to, info->st_uid, info->st_gid) < 0 || fchmod(to, info->st_mode & 07777) < 0)
		return -1;
	copy_attributes(from, to);
	return futimens(to, times);
}

static int copy_bytes(int from, int to)
{
	char buffer[16384];
	ssize_t got;

	while ((got = copy_file_range(from, NULL, to, NULL, SSIZE_MAX / 2, 0)) > 0)
		;
	if (got == 0)
		return 0;
	while ((got = read(from, buffer, sizeof(buffer))) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || fs_write_all(to, buffer, (size_t)got) < 0)
			return -1;
	}
	return 0;
}

static int copy_file(const struct side *side, const char *name, const struct stat *info)
{
	autoclose int from =
		openat(side->from, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	autoclose int to =
		openat(side->to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (from < 0 || to < 0 || copy_bytes(from, to) < 0)
		return -1;
	return copy_metadata(from, to, info);
}

static int copy_link(const struct side *side, const char *name)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(side->from, name, target, sizeof(target) - 1);

	if (len < 0)
		return -1;
	target[len] = '\0';
	return symlinkat(target, side->to, name);
}

static int copy_special(const struct side *side, const char *name, const struct stat *info)
{
	if (S_ISLNK(info->st_mode) ? copy_link(side, name) < 0
				   : mknodat(side->to, name, info->st_mode, info->st_rdev) < 0)
		return -1;
	return fchownat(side->to, name, info->st_uid, info->st_gid, AT_SYMLINK_NOFOLLOW);
}

static int copy_entry(struct copy *copy, const struct side *side, const char *folder,
		      const char *name)
{
	struct stat info;
	int r = 0;

	if (fstatat(side->from, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_copy(copy, name);
	if (S_ISDIR(info.st_mode)) {
		if (mkdirat(side->to, name, 0700) < 0)
			return fail_copy(copy, name);
		strv_pushf(&copy->folders, "%s%s%s", folder, *folder ? "/" : "", name);
		return copy->folders.failed ? fail_oom(copy->err) : 0;
	}
	if (S_ISREG(info.st_mode))
		r = copy_file(side, name, &info);
	else if (!S_ISSOCK(info.st_mode))
		r = copy_special(side, name, &info);
	return r < 0 ? fail_copy(copy, name) : 0;
}

/* A folder's own mode and times come last: making its entries changes them. */
static int copy_folder(struct copy *copy, const char *folder)
{
	autoclosedir DIR *listing = NULL;
	autoclose int to = open_below(copy->top.to, folder);
	struct side side = { .from = open_below(copy->top.from, folder), .to = to };
	const struct dirent *entry;
	struct stat info;
	int r = 0;

	listing = side.from < 0 ? NULL : fdopendir(side.from);
	if (!listing)
		cleanup_close(&side.from);
	if (!listing || to < 0 || fstat(side.from, &info) < 0)
		return fail_copy(copy, folder);
	while (r == 0 && (entry = readdir(listing)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = copy_entry(copy, &side, folder, entry->d_name);
	if (r == 0 && copy_metadata(side.from, to, &info) < 0)
		r = fail_copy(copy, folder);
	return r;
}

int copy_tree(int from, int to, struct containr_error *err)
{
	struct copy copy = { .top = { from, to }, .err = err };
	int r = 0;

	strv_push(&copy.folders, "");
	if (copy.folders.failed)
		r = fail_oom(err);
	for (size_t i = 0; i < copy.folders.len && r == 0; i++) {
		autofree char *folder = strdup(copy.folders.items[i]);

		r = folder ? copy_folder(&copy, folder) : fail_oom(err);
	}
	strv_release(&copy.folders);
	return r;
}
