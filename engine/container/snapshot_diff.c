/* SPDX-License-Identifier: MIT */
#include <containr/snapshot.h>

#include "base/cleanup.h"
#include "container/changes.h"
#include "image/image.h"
#include "image/layer_mount.h"
#include "image/snapshot.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PART (64 << 10)

/* Two trees that are compared, folder by folder. */
struct comparison {
	const int *roots;
	struct strv pending; /* folders that both have, "" for the root */
	struct strv added;   /* folders that only the second has */
	struct strv found;
	bool shares_inodes; /* a file of both that neither changed has one inode number */
	struct containr_error *err;
};

/* One folder, on both sides; a side that lacks it has no names. */
struct pair {
	const char *folder;
	int fds[2];
	struct strv names[2];
};

static int fail_read(struct comparison *c, const char *folder)
{
	return fail_sys(c->err, CONTAINR_E_IO, "cannot read '/%s' of a snapshot", folder);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_names(struct comparison *c, int side, struct pair *pair)
{
	const struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	autoclosedir DIR *listing = NULL;
	struct strv *names = &pair->names[side];
	const struct dirent *entry;
	int fd = (int)syscall(SYS_openat2, c->roots[side], *pair->folder ? pair->folder : ".", &how,
			      sizeof(how));

	listing = fd < 0 ? NULL : fdopendir(fd);
	pair->fds[side] = listing ? dup(fd) : -1;
	if (!listing)
		cleanup_close(&fd);
	if (pair->fds[side] < 0)
		return fail_read(c, pair->folder);
	while ((entry = readdir(listing)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			strv_push(names, entry->d_name);
	if (names->len > 1)
		qsort(names->items, names->len, sizeof(*names->items), by_name);
	return names->failed ? fail_oom(c->err) : 0;
}

static void report(struct comparison *c, char kind, const char *folder, const char *name)
{
	strv_pushf(&c->found, "%c/%s%s%s", kind, folder, *folder ? "/" : "", name);
	/* what something is changed in is changed */
	for (size_t len = strlen(folder); len > 0;) {
		strv_pushf(&c->found, "C/%.*s", (int)len, folder);
		while (len > 0 && folder[len - 1] != '/')
			len--;
		len -= len > 0;
	}
}

static ssize_t read_part(int fd, char *bytes)
{
	ssize_t got;

	do
		got = read(fd, bytes, PART);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Both are of one size; a file that cannot be read counts as another. */
static bool has_same_bytes(const struct pair *pair, const char *name)
{
	const int flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	autoclose int left = openat(pair->fds[0], name, flags);
	autoclose int right = openat(pair->fds[1], name, flags);
	char a[PART];
	char b[PART];
	ssize_t got;

	if (left < 0 || right < 0)
		return false;
	while ((got = read_part(left, a)) > 0)
		if (read_part(right, b) != got || memcmp(a, b, (size_t)got) != 0)
			return false;
	return got == 0;
}

static bool has_same_target(const struct pair *pair, const char *name)
{
	char a[PATH_MAX];
	char b[PATH_MAX];
	ssize_t len = readlinkat(pair->fds[0], name, a, sizeof(a));

	return len >= 0 && readlinkat(pair->fds[1], name, b, sizeof(b)) == len &&
	       memcmp(a, b, (size_t)len) == 0;
}

static bool is_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool is_same(const struct comparison *c, const struct pair *pair, const char *name,
		    const struct stat *a, const struct stat *b)
{
	if (a->st_mode != b->st_mode || a->st_uid != b->st_uid || a->st_gid != b->st_gid)
		return false;
	if (S_ISDIR(a->st_mode))
		return true;
	if (!is_same_time(&a->st_mtim, &b->st_mtim) || a->st_rdev != b->st_rdev ||
	    a->st_size != b->st_size)
		return false;
	if (S_ISLNK(a->st_mode))
		return has_same_target(pair, name);
	if (!S_ISREG(a->st_mode) ||
	    (c->shares_inodes && a->st_ino == b->st_ino && is_same_time(&a->st_ctim, &b->st_ctim)))
		return true;
	return has_same_bytes(pair, name);
}

static void descend(struct strv *folders, const struct pair *pair, const char *name)
{
	strv_pushf(folders, "%s%s%s", pair->folder, *pair->folder ? "/" : "", name);
}

static int compare_both(struct comparison *c, const struct pair *pair, const char *name)
{
	struct stat a;
	struct stat b;

	if (fstatat(pair->fds[0], name, &a, AT_SYMLINK_NOFOLLOW) < 0 ||
	    fstatat(pair->fds[1], name, &b, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_read(c, pair->folder);
	if (!is_same(c, pair, name, &a, &b))
		report(c, 'C', pair->folder, name);
	if (S_ISDIR(b.st_mode))
		descend(S_ISDIR(a.st_mode) ? &c->pending : &c->added, pair, name);
	return 0;
}

static int add(struct comparison *c, const struct pair *pair, const char *name)
{
	struct stat info;

	if (fstatat(pair->fds[1], name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return fail_read(c, pair->folder);
	report(c, 'A', pair->folder, name);
	if (S_ISDIR(info.st_mode))
		descend(&c->added, pair, name);
	return 0;
}

/* Both lists are sorted. */
static int merge(struct comparison *c, const struct pair *pair)
{
	const struct strv *left = &pair->names[0];
	const struct strv *right = &pair->names[1];
	size_t i = 0;
	size_t k = 0;
	int r = 0;

	while (r == 0 && (i < left->len || k < right->len)) {
		int order = i == left->len    ? 1
			    : k == right->len ? -1
					      : strcmp(left->items[i], right->items[k]);

		if (order < 0)
			report(c, 'D', pair->folder, left->items[i]);
		else
			r = order == 0 ? compare_both(c, pair, right->items[k])
				       : add(c, pair, right->items[k]);
		i += order <= 0;
		k += order >= 0;
	}
	return r;
}

static int compare_folder(struct comparison *c, const char *folder, bool is_in_both)
{
	struct pair pair = { .folder = folder, .fds = { -1, -1 } };
	int r = is_in_both ? list_names(c, 0, &pair) : 0;

	if (r == 0)
		r = list_names(c, 1, &pair);
	if (r == 0)
		r = merge(c, &pair);
	for (size_t i = 0; i < ARRAY_LEN(pair.fds); i++) {
		cleanup_close(&pair.fds[i]);
		strv_release(&pair.names[i]);
	}
	return r;
}

static int compare_all(struct comparison *c)
{
	int r = 0;

	strv_push(&c->pending, "");
	while (r == 0 && !c->pending.failed && !c->added.failed &&
	       (c->pending.len > 0 || c->added.len > 0)) {
		bool is_in_both = c->pending.len > 0;
		struct strv *from = is_in_both ? &c->pending : &c->added;
		autofree char *folder = from->items[--from->len];

		from->items[from->len] = NULL;
		r = compare_folder(c, folder, is_in_both);
	}
	return r == 0 && (c->pending.failed || c->added.failed) ? fail_oom(c->err) : r;
}

/* What is found by the child goes to the parent by a file. */
struct diff {
	int result;
	bool shares_inodes;
};

static int find_changes(const int roots[2], void *context, struct containr_error *err)
{
	const struct diff *diff = context;
	struct comparison c = { .roots = roots, .shares_inodes = diff->shares_inodes, .err = err };
	int r = compare_all(&c);

	if (r == 0)
		r = change_list_write(&c.found, diff->result, err);
	strv_release(&c.pending);
	strv_release(&c.added);
	strv_release(&c.found);
	return r;
}

/* Each mounted layer numbers its files itself: one number may then be two files. */
static bool has_mounted_layer(const struct containr *engine,
			      const struct containr_snapshot *snapshot)
{
	autostrv dirs = { 0 };
	struct containr_error ignored;
	bool found = snapshot_prepare(engine, snapshot, &dirs, &ignored) < 0;

	for (size_t i = 0; i < dirs.len; i++)
		found = found || layer_mount_is_needed(dirs.items[i]);
	return found;
}

int containr_snapshot_diff(struct containr *engine, const char *from, const char *to,
			   struct containr_change **ret_changes, size_t *ret_count,
			   struct containr_error *err)
{
	autosnapshot *first = NULL;
	autosnapshot *second = NULL;
	autoclose int pin = -1;
	autoclose int result = memfd_create("changes", MFD_CLOEXEC);
	struct diff diff = { .result = result };
	int r = result < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot create a file in memory") : 0;

	/* nobody takes away the layers that are compared */
	if (r == 0)
		r = image_pin(engine, &pin, err);
	if (r == 0)
		r = snapshot_stat(engine, from, &first, err);
	if (r == 0)
		r = snapshot_stat(engine, to, &second, err);
	if (r < 0)
		return r;
	diff.shares_inodes =
		!has_mounted_layer(engine, first) && !has_mounted_layer(engine, second);
	r = snapshot_view(engine, (const struct containr_snapshot *const[]) { first, second },
			  find_changes, &diff, err);
	return r < 0 ? r : change_list_read(result, ret_changes, ret_count, err);
}
