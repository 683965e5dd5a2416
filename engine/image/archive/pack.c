/* SPDX-License-Identifier: MIT */
#include "image/archive/pack.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "image/archive/file_facts.h"
#include "image/archive/tar_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <search.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

/* The first name of a file that has several. */
struct linked {
	dev_t device;
	ino_t inode;
	char *name; /* in the tar */
};

struct pack {
	const struct pack_options *options;
	struct tar_writer tar;
	void *links; /* tree of struct linked, tsearch(3) */
	struct strv
		folders; /* paths below the root that are still to be written, the next one last */
	struct strv inner; /* those in the folder that is being written */
	int root;
	dev_t device;		 /* of the root */
	struct file_facts facts; /* of the current file */
	struct containr_error *err;
};

/* A file on its way into the tar. */
struct item {
	const char *path; /* below the root; "" for the root */
	int fd;		  /* O_PATH */
	int content;	  /* of a regular file or folder, for reading; else -1 */
	struct stat info;
	bool is_mount;
};

static void free_linked(void *node)
{
	struct linked *linked = node;

	free(linked->name);
	free(linked);
}

static void pack_release(struct pack *pack)
{
	tar_writer_release(&pack->tar);
	tdestroy(pack->links, free_linked);
	strv_release(&pack->folders);
	strv_release(&pack->inner);
	file_facts_release(&pack->facts);
}

static int fail_item(struct pack *pack, const struct item *item)
{
	return fail_sys(pack->err, CONTAINR_E_IO, "cannot read '/%s'", item->path);
}

/* The name in the tar: below that of the whole, or on its own. The caller frees it. */
static char *item_name(const struct pack *pack, const char *path, const char *leaf_prefix)
{
	const char *top = pack->options->name ? pack->options->name : "";
	const char *slash = strrchr(path, '/');
	const char *leaf = slash ? slash + 1 : path;
	char *name;

	if (asprintf(&name, "%s%s%.*s%s%s", top, *top && *path ? "/" : "", (int)(leaf - path), path,
		     leaf_prefix, leaf) < 0)
		return NULL;
	return name;
}

static int compare_linked(const void *a, const void *b)
{
	const struct linked *left = a;
	const struct linked *right = b;

	if (left->inode != right->inode)
		return left->inode < right->inode ? -1 : 1;
	return left->device == right->device ? 0 : left->device < right->device ? -1 : 1;
}

/* Of a file that was written under another name already only that is told. */
static int set_hard_link(struct pack *pack, const struct item *item, struct tar_entry *entry)
{
	struct linked *linked;
	struct linked *const *found;

	if (item->info.st_nlink < 2 || S_ISDIR(item->info.st_mode))
		return 0;
	linked = malloc(sizeof(*linked));
	if (!linked)
		return fail_oom(pack->err);
	*linked = (struct linked) { item->info.st_dev, item->info.st_ino, strdup(entry->name) };
	found = linked->name ? tsearch(linked, &pack->links, compare_linked) : NULL;
	if (found && *found == linked)
		return 0;
	if (found) {
		entry->type = TAR_HARD_LINK;
		entry->link = (*found)->name;
		entry->size = 0;
	}
	free_linked(linked);
	return found ? 0 : fail_oom(pack->err);
}

static int write_range(struct pack *pack, const struct item *item, off_t offset, int64_t left)
{
	while (left > 0) {
		unsigned char *at;
		size_t room;
		ssize_t got;
		int r = tar_writer_claim(&pack->tar, &at, &room);

		if (r < 0)
			return r;
		got = pread(item->content, at, left < (int64_t)room ? (size_t)left : room, offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_item(pack, item);
		/* it has shrunk since its header was written: the writer fills it up */
		if (got == 0)
			return 0;
		tar_writer_commit(&pack->tar, (size_t)got);
		offset += got;
		left -= got;
	}
	return 0;
}

static int write_content(struct pack *pack, const struct item *item, const struct tar_entry *entry)
{
	int r = 0;

	if (entry->type == TAR_FILE && !entry->is_sparse)
		r = write_range(pack, item, 0, entry->size);
	for (size_t i = 0; r == 0 && entry->is_sparse && i < entry->extent_count; i++)
		r = write_range(pack, item, entry->extents[i].offset, entry->extents[i].size);
	return r == 0 ? tar_writer_end_entry(&pack->tar) : r;
}

static enum tar_type type_of(mode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return TAR_FOLDER;
	case S_IFLNK:
		return TAR_SYMLINK;
	case S_IFCHR:
		return TAR_CHAR_DEVICE;
	case S_IFBLK:
		return TAR_BLOCK_DEVICE;
	case S_IFIFO:
		return TAR_FIFO;
	default:
		return TAR_FILE;
	}
}

static void describe(const struct pack *pack, const struct item *item, struct tar_entry *entry)
{
	const struct stat *info = &item->info;
	const bool is_device = S_ISCHR(info->st_mode) || S_ISBLK(info->st_mode);

	entry->type = type_of(info->st_mode);
	entry->size = S_ISREG(info->st_mode) && !item->is_mount ? info->st_size : 0;
	entry->mode = info->st_mode & 07777;
	entry->uid = pack->options->replace_owner ? pack->options->uid : info->st_uid;
	entry->gid = pack->options->replace_owner ? pack->options->gid : info->st_gid;
	entry->mtime = info->st_mtim;
	entry->dev_major = is_device ? major(info->st_rdev) : 0;
	entry->dev_minor = is_device ? minor(info->st_rdev) : 0;
}

static int write_item(struct pack *pack, const struct item *item)
{
	autofree char *name = item_name(pack, item->path, "");
	char target[PATH_MAX];
	struct tar_entry entry = { .name = name };
	int r = name ? 0 : fail_oom(pack->err);

	if (r < 0)
		return r;
	describe(pack, item, &entry);
	if (entry.type == TAR_SYMLINK) {
		ssize_t len = readlinkat(item->fd, "", target, sizeof(target) - 1);

		if (len < 0)
			return fail_item(pack, item);
		target[len] = '\0';
		entry.link = target;
	}
	r = set_hard_link(pack, item, &entry);
	if (r == 0 && item->content >= 0 && entry.type != TAR_HARD_LINK)
		r = file_facts_attributes(&pack->facts, item->content, &entry, pack->err);
	if (r == 0 && entry.type == TAR_FILE && entry.size > 0)
		r = file_facts_holes(&pack->facts, item->content, &item->info, &entry, pack->err);
	if (r == 0)
		r = tar_writer_entry(&pack->tar, &entry);
	return r == 0 ? write_content(pack, item, &entry) : r;
}

/* A file of the OCI layer format that hides something: empty, in the folder of what it hides. */
static int write_whiteout(struct pack *pack, const char *path, const char *prefix)
{
	autofree char *name = item_name(pack, path, prefix);
	const struct tar_entry entry = { .type = TAR_FILE, .name = name, .mode = 0600 };
	int r = name ? tar_writer_entry(&pack->tar, &entry) : fail_oom(pack->err);

	return r == 0 ? tar_writer_end_entry(&pack->tar) : r;
}

static bool is_opaque(int dir)
{
	char value;

	return (fgetxattr(dir, "trusted.overlay.opaque", &value, 1) == 1 ||
		fgetxattr(dir, "user.overlay.opaque", &value, 1) == 1) &&
	       value == 'y';
}

static int write_opaque(struct pack *pack, const struct item *item)
{
	autofree char *inside = NULL;

	if (!pack->options->whiteouts || !is_opaque(item->content))
		return 0;
	if (asprintf(&inside, "%s%s.opq", item->path, *item->path ? "/" : "") < 0) {
		inside = NULL;
		return fail_oom(pack->err);
	}
	return write_whiteout(pack, inside, ".wh..wh.");
}

/* The second opening goes by the first one's descriptor: what was looked at is what is opened. */
static void open_content(struct item *item)
{
	char path[48];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", item->fd);
	item->content = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

static bool is_skipped(const struct pack *pack, const char *path)
{
	const char *const *skipped = pack->options->skipped;

	for (; skipped && *skipped; skipped++)
		if (strcmp(*skipped, path) == 0)
			return true;
	return false;
}

/* A folder waits until the files beside it are written: it is then followed by all that is in it. */
static int write_any(struct pack *pack, struct item *item)
{
	int r;

	if (is_skipped(pack, item->path))
		return 0;
	if (fstat(item->fd, &item->info) < 0)
		return fail_item(pack, item);
	if (S_ISDIR(item->info.st_mode))
		strv_push(&pack->inner, item->path);
	if (S_ISDIR(item->info.st_mode) || S_ISSOCK(item->info.st_mode))
		return 0;
	if (pack->options->whiteouts && S_ISCHR(item->info.st_mode) &&
	    item->info.st_rdev == makedev(0, 0))
		return write_whiteout(pack, item->path, ".wh.");
	item->is_mount = pack->options->one_filesystem && item->info.st_dev != pack->device;
	if (S_ISREG(item->info.st_mode)) {
		open_content(item);
		if (item->content < 0)
			return errno == ENOENT ? 0 : fail_item(pack, item);
	}
	r = write_item(pack, item);
	cleanup_close(&item->content);
	return r;
}

static int write_child(struct pack *pack, int dir, const char *folder, const char *name)
{
	autofree char *path = NULL;
	autoclose int fd = openat(dir, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct item item = { .fd = fd, .content = -1 };

	if (asprintf(&path, "%s%s%s", folder, *folder ? "/" : "", name) < 0) {
		path = NULL;
		return fail_oom(pack->err);
	}
	item.path = path;
	if (fd < 0)
		return errno == ENOENT ? 0 : fail_item(pack, &item);
	return write_any(pack, &item);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In the order of their names, so that the same files give the same tar. */
static int list_names(struct pack *pack, DIR *listing, struct strv *names)
{
	const struct dirent *entry;

	while ((entry = readdir(listing)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			strv_push(names, entry->d_name);
	if (names->len > 1)
		qsort(names->items, names->len, sizeof(*names->items), compare_names);
	return names->failed ? fail_oom(pack->err) : 0;
}

/* The folder that comes next is the last of the list. */
static int queue_inner(struct pack *pack)
{
	for (size_t i = pack->inner.len; i-- > 0;)
		strv_push(&pack->folders, pack->inner.items[i]);
	if (pack->folders.failed || pack->inner.failed)
		return fail_oom(pack->err);
	strv_release(&pack->inner);
	return 0;
}

static int write_files(struct pack *pack, DIR *listing, const char *folder)
{
	autostrv names = { 0 };
	int r = list_names(pack, listing, &names);

	for (size_t i = 0; r == 0 && i < names.len; i++)
		r = write_child(pack, dirfd(listing), folder, names.items[i]);
	return r == 0 ? queue_inner(pack) : r;
}

static int write_folder(struct pack *pack, const char *folder)
{
	const struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	autoclosedir DIR *listing = NULL;
	int dir = (int)syscall(SYS_openat2, pack->root, *folder ? folder : ".", &how, sizeof(how));
	struct item item = { .path = folder, .fd = dir, .content = dir };
	int r = 0;

	/* a folder that has become something else since its name was read */
	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			       ? 0
			       : fail_item(pack, &item);
	listing = fdopendir(dir);
	if (!listing) {
		(void)close(dir);
		return fail_oom(pack->err);
	}
	if (fstat(dir, &item.info) < 0)
		return fail_item(pack, &item);
	item.is_mount = pack->options->one_filesystem && item.info.st_dev != pack->device;
	if (*folder || pack->options->name)
		r = write_item(pack, &item);
	if (r == 0)
		r = write_opaque(pack, &item);
	return r == 0 && !item.is_mount ? write_files(pack, listing, folder) : r;
}

static int write_all(struct pack *pack)
{
	struct item top = { .path = "", .fd = pack->root, .content = -1 };
	int r = write_any(pack, &top);

	if (r == 0)
		r = queue_inner(pack);
	while (r == 0 && pack->folders.len > 0) {
		autofree char *folder = pack->folders.items[--pack->folders.len];

		pack->folders.items[pack->folders.len] = NULL;
		r = write_folder(pack, folder);
	}
	return r;
}

int pack_write_tar(int fd, const struct pack_options *options, folder_write_function *write,
		   void *data, struct containr_error *err)
{
	__attribute__((cleanup(pack_release))) struct pack pack = {
		.options = options,
		.root = fd,
		.tar = { .write = write, .data = data, .err = err },
		.err = err
	};
	struct stat info;
	int r = 0;

	if (fstat(fd, &info) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read the files");
	pack.device = info.st_dev;
	r = tar_writer_open(&pack.tar);
	if (r == 0)
		r = write_all(&pack);
	return r == 0 ? tar_writer_finish(&pack.tar) : r;
}
