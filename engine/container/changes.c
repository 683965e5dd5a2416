/* SPDX-License-Identifier: MIT */
#include "container/changes.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A folder of the writable layer that is still to be looked at. */
struct folder {
	char *path;	/* "" for the root, else "/srv" */
	size_t visible; /* how many of the image's layers show below it */
	bool is_new;	/* it is reported as added already */
};

struct search {
	int upper;
	const int *layers; /* top first */
	size_t layer_count;
	struct folder *folders;
	size_t folder_count;
	size_t folder_cap;
	struct strv *out;
	struct containr_error *err;
};

bool overlay_is_whiteout(int dir, const char *name)
{
	struct stat info;

	return fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISCHR(info.st_mode) &&
	       info.st_rdev == makedev(0, 0);
}

bool overlay_is_opaque(int dir)
{
	static const char *const notes[] = { "trusted.overlay.opaque", "user.overlay.opaque" };
	char value;

	for (size_t i = 0; i < ARRAY_LEN(notes); i++)
		if (fgetxattr(dir, notes[i], &value, 1) == 1 && value == 'y')
			return true;
	return false;
}

/* Links in a layer are what a container made of them: none is followed. */
static int open_below(int dir, const char *path, int flags)
{
	const struct open_how how = { .flags = (unsigned int)(flags | O_CLOEXEC),
				      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };

	return (int)syscall(SYS_openat2, dir, *path ? path + 1 : ".", &how, sizeof(how));
}

/* How many layers show below the folder @path, of the first @visible: up to one that hides the rest. */
static size_t count_visible(const struct search *search, const char *path, size_t visible)
{
	for (size_t i = 0; i < visible; i++) {
		autoclose int dir = open_below(search->layers[i], path, O_RDONLY | O_DIRECTORY);

		if (dir < 0 && errno != ENOENT)
			return i;
		if (dir >= 0 && overlay_is_opaque(dir))
			return i + 1;
	}
	return visible;
}

/* Finds what the image has at @path; what a layer deletes, no layer below it has. */
static bool find_below(const struct search *search, const char *path, size_t visible,
		       struct stat *ret_info)
{
	for (size_t i = 0; i < visible; i++) {
		autoclose int fd = open_below(search->layers[i], path, O_PATH | O_NOFOLLOW);

		if (fd < 0 && errno == ENOENT)
			continue;
		return fd >= 0 && fstat(fd, ret_info) == 0 &&
		       !(S_ISCHR(ret_info->st_mode) && ret_info->st_rdev == makedev(0, 0));
	}
	return false;
}

/* The engine's own, which it made for its mounts. */
static bool is_own(const char *path)
{
	static const char *const own[] = { "/dev",	 "/proc",	  "/sys",
					   "/etc/hosts", "/etc/hostname", "/etc/resolv.conf" };

	for (size_t i = 0; i < ARRAY_LEN(own); i++)
		if (strcmp(path, own[i]) == 0)
			return true;
	return false;
}

/* A folder that an image lacks may be there for these alone. */
static bool is_made_for_own(int parent, const char *name, const char *path)
{
	autoclosedir DIR *listing = NULL;
	const struct dirent *entry;
	bool others = false;
	int dir;

	if (strcmp(path, "/etc") != 0)
		return false;
	dir = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		return false;
	listing = fdopendir(dir);
	if (!listing) {
		(void)close(dir);
		return false;
	}
	while (!others && (entry = readdir(listing))) {
		char whole[NAME_MAX + sizeof("/etc/")];

		(void)snprintf(whole, sizeof(whole), "%s/%s", path, entry->d_name);
		others = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			 !is_own(whole);
	}
	return !others;
}

static int push_folder(struct search *search, const char *path, size_t visible, bool is_new)
{
	if (search->folder_count == search->folder_cap) {
		size_t cap = search->folder_cap ? search->folder_cap * 2 : 64;
		struct folder *folders = reallocarray(search->folders, cap, sizeof(*folders));

		if (!folders)
			return fail_oom(search->err);
		search->folders = folders;
		search->folder_cap = cap;
	}
	search->folders[search->folder_count] = (struct folder) { strdup(path), visible, is_new };
	if (!search->folders[search->folder_count].path)
		return fail_oom(search->err);
	search->folder_count++;
	return 0;
}

/* Reports the folders above something that changed; several reports of one are made one later. */
static void report_parents(struct search *search, const char *path)
{
	for (const char *slash = strrchr(path, '/'); slash && slash > path;) {
		size_t len = (size_t)(slash - path);

		strv_pushf(search->out, "C%.*s", (int)len, path);
		for (slash--; slash > path && *slash != '/'; slash--)
			;
	}
}

static bool is_same_folder(const struct stat *a, const struct stat *b)
{
	return S_ISDIR(a->st_mode) && S_ISDIR(b->st_mode) && a->st_mode == b->st_mode &&
	       a->st_uid == b->st_uid && a->st_gid == b->st_gid;
}

static void report(struct search *search, const struct folder *parent, char letter,
		   const char *path)
{
	strv_pushf(search->out, "%c%s", letter, path);
	if (!parent->is_new)
		report_parents(search, path);
}

/* What the image has in a folder that the container has made anew is deleted, but for what it put
 * back. */
static int report_hidden(struct search *search, int upper, const char *path, size_t visible)
{
	for (size_t i = 0; i < visible; i++) {
		autoclosedir DIR *listing = NULL;
		const struct dirent *entry;
		int dir = open_below(search->layers[i], path, O_RDONLY | O_DIRECTORY);

		if (dir < 0)
			continue;
		listing = fdopendir(dir);
		if (!listing) {
			(void)close(dir);
			return fail_oom(search->err);
		}
		while ((entry = readdir(listing))) {
			autofree char *whole = NULL;
			struct stat info;

			if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
			    faccessat(upper, entry->d_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
				continue;
			if (asprintf(&whole, "%s/%s", path, entry->d_name) < 0) {
				whole = NULL;
				return fail_oom(search->err);
			}
			if (find_below(search, whole, visible, &info)) {
				strv_pushf(search->out, "D%s", whole);
				report_parents(search, whole);
			}
		}
	}
	return 0;
}

static int look_at_folder(struct search *search, const struct folder *parent, int dir,
			  const char *path, bool was_folder)
{
	bool opaque = overlay_is_opaque(dir);
	size_t visible = was_folder ? count_visible(search, path, parent->visible) : 0;
	int r = opaque ? report_hidden(search, dir, path, visible) : 0;

	/* an opaque folder replaces that of the image: what stands in both is changed, not added */
	return r < 0 ? r : push_folder(search, path, visible, !was_folder);
}

static int look_at(struct search *search, const struct folder *parent, int dir, const char *name)
{
	autofree char *path = NULL;
	autoclose int fd = -1;
	struct stat info;
	struct stat before = { 0 };
	bool exists;

	if (asprintf(&path, "%s/%s", parent->path, name) < 0) {
		path = NULL;
		return fail_oom(search->err);
	}
	/* a running container may delete it at this moment */
	if (is_own(path) || fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	exists = find_below(search, path, parent->visible, &before);
	if (S_ISCHR(info.st_mode) && info.st_rdev == makedev(0, 0)) {
		if (exists)
			report(search, parent, 'D', path);
		return 0;
	}
	if (!exists && is_made_for_own(dir, name, path))
		return 0;
	if (!exists)
		report(search, parent, 'A', path);
	else if (!is_same_folder(&info, &before))
		report(search, parent, 'C', path);
	if (!S_ISDIR(info.st_mode))
		return 0;
	fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return 0;
	return look_at_folder(search, parent, fd, path, exists && S_ISDIR(before.st_mode));
}

static int look_into(struct search *search, const struct folder *folder)
{
	autoclosedir DIR *listing = NULL;
	const struct dirent *entry;
	int dir = open_below(search->upper, folder->path, O_RDONLY | O_DIRECTORY);
	int r = 0;

	if (dir < 0)
		return errno == ENOENT ? 0
				       : fail_sys(search->err, CONTAINR_E_IO,
						  "cannot read the container's files");
	listing = fdopendir(dir);
	if (!listing) {
		(void)close(dir);
		return fail_oom(search->err);
	}
	while (r == 0 && (entry = readdir(listing)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = look_at(search, folder, dirfd(listing), entry->d_name);
	return r;
}

static int look_at_all(struct search *search)
{
	int r = push_folder(search, "", search->layer_count, false);

	while (r == 0 && search->folder_count > 0) {
		struct folder folder = search->folders[--search->folder_count];

		r = look_into(search, &folder);
		free(folder.path);
	}
	while (search->folder_count > 0)
		free(search->folders[--search->folder_count].path);
	free(search->folders);
	return r < 0 || !search->out->failed ? r : fail_oom(search->err);
}

int changes_find(int root, const char *upper, const struct strv *lower, struct strv *out,
		 struct containr_error *err)
{
	autofree int *layers = calloc(lower->len + 1, sizeof(*layers));
	struct search search = { .upper = -1, .layers = layers, .out = out, .err = err };
	int r = layers ? fs_open_dir(root, upper, &search.upper, err) : fail_oom(err);

	while (r == 0 && search.layer_count < lower->len) {
		r = fs_open_dir(root, lower->items[search.layer_count], &layers[search.layer_count],
				err);
		search.layer_count += r == 0;
	}
	if (r == 0)
		r = look_at_all(&search);
	for (size_t i = 0; layers && i < search.layer_count; i++)
		(void)close(layers[i]);
	cleanup_close(&search.upper);
	return r;
}
