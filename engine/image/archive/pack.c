/* SPDX-License-Identifier: MIT */
#include "image/archive/pack.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "image/archive/locale.h"
#include "image/archive/xattr.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#define CHUNK (64 << 10)
#define XATTR_NAMES_MAX (64 << 10)

struct pack {
	const struct pack_options *options;
	struct archive *tar;
	struct archive_entry_linkresolver *links;
	struct strv folders; /* paths below the root that are still to be looked into */
	int root;
	dev_t device; /* of the root */
	char *buffer; /* CHUNK bytes */
	folder_write_function *write;
	void *data;
	int failed; /* what `write` returned */
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

static void pack_release(struct pack *pack)
{
	/* freeing an unfinished writer would write the end mark of a tar that has none */
	if (pack->tar)
		(void)archive_write_fail(pack->tar);
	(void)archive_write_free(pack->tar);
	archive_entry_linkresolver_free(pack->links);
	strv_release(&pack->folders);
	free(pack->buffer);
}

static ssize_t drain(struct archive *archive, void *data, const void *bytes, size_t len)
{
	struct pack *pack = data;

	pack->failed = pack->write(pack->data, bytes, len, pack->err);
	if (pack->failed == 0)
		return (ssize_t)len;
	archive_set_error(archive, EIO, "cannot write");
	return -1;
}

static int fail_tar(struct pack *pack)
{
	const char *problem = archive_error_string(pack->tar);

	if (pack->failed < 0)
		return pack->failed;
	return fail(pack->err, CONTAINR_E_IO, "cannot archive the files: %s",
		    problem ? problem : "unknown problem");
}

static int fail_item(struct pack *pack, const struct item *item)
{
	return fail_sys(pack->err, CONTAINR_E_IO, "cannot read '/%s'", item->path);
}

static int open_tar(struct pack *pack)
{
	pack->tar = archive_write_new();
	pack->links = archive_entry_linkresolver_new();
	pack->buffer = malloc(CHUNK);
	if (!pack->tar || !pack->links || !pack->buffer)
		return fail_oom(pack->err);
	archive_entry_linkresolver_set_strategy(pack->links, ARCHIVE_FORMAT_TAR_PAX_INTERCHANGE);
	if (archive_write_set_format_pax(pack->tar) != ARCHIVE_OK ||
	    /* attributes once, as everybody reads them, not once more in libarchive's own way */
	    archive_write_set_format_option(pack->tar, "pax", "xattrheader", "SCHILY") !=
		    ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(pack->tar, CHUNK) != ARCHIVE_OK ||
	    archive_write_set_bytes_in_last_block(pack->tar, 1) != ARCHIVE_OK ||
	    archive_write_open(pack->tar, pack, NULL, drain, NULL) != ARCHIVE_OK)
		return fail_tar(pack);
	return 0;
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

static int set_link(struct pack *pack, const struct item *item, struct archive_entry *entry)
{
	char target[PATH_MAX];
	ssize_t len = readlinkat(item->fd, "", target, sizeof(target) - 1);

	if (len < 0)
		return fail_item(pack, item);
	target[len] = '\0';
	archive_entry_copy_symlink(entry, target);
	return 0;
}

static int set_attributes(struct pack *pack, const struct item *item, struct archive_entry *entry)
{
	autofree char *names = malloc(XATTR_NAMES_MAX);
	ssize_t total;

	if (!names)
		return fail_oom(pack->err);
	total = flistxattr(item->content, names, XATTR_NAMES_MAX);
	for (const char *key = names; total > 0 && key < names + total; key += strlen(key) + 1) {
		ssize_t len = fgetxattr(item->content, key, pack->buffer, CHUNK);
		struct containr_error ignored; /* what overlayfs notes is left out as well */
		bool is_kept;

		if (len >= 0 && xattr_is_kept(key, "", &is_kept, &ignored) == 0 && is_kept)
			archive_entry_xattr_add_entry(entry, key, pack->buffer, (size_t)len);
	}
	return 0;
}

/* Where the data of a file with holes lies. */
static void set_holes(const struct item *item, struct archive_entry *entry)
{
	off_t end = 0;

	if (item->info.st_blocks * 512 >= item->info.st_size)
		return;
	for (;;) {
		off_t start = lseek(item->content, end, SEEK_DATA);

		if (start < 0)
			break;
		end = lseek(item->content, start, SEEK_HOLE);
		if (end < 0)
			return;
		archive_entry_sparse_add_entry(entry, start, end - start);
	}
	/* nothing but a hole */
	if (end == 0)
		archive_entry_sparse_add_entry(entry, item->info.st_size, 0);
	(void)lseek(item->content, 0, SEEK_SET);
}

static int write_bytes(struct pack *pack, const char *at, size_t len)
{
	while (len > 0) {
		la_ssize_t put = archive_write_data(pack->tar, at, len);

		if (put < 0)
			return fail_tar(pack);
		/* the file has grown since its header was written: the rest is not for this tar */
		if (put == 0)
			return 0;
		at += put;
		len -= (size_t)put;
	}
	return 0;
}

/* One that has shrunk is filled up with zeros by the writer. */
static int write_content(struct pack *pack, const struct item *item, int64_t left)
{
	while (left > 0) {
		size_t part = left < CHUNK ? (size_t)left : CHUNK;
		ssize_t got = read(item->content, pack->buffer, part);
		int r;

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail_item(pack, item);
		if (got == 0)
			return 0;
		r = write_bytes(pack, pack->buffer, (size_t)got);
		if (r < 0)
			return r;
		left -= got;
	}
	return 0;
}

static int describe(struct pack *pack, const struct item *item, struct archive_entry *entry)
{
	autofree char *name = item_name(pack, item->path, "");
	int r = 0;

	if (!name)
		return fail_oom(pack->err);
	archive_entry_copy_stat(entry, &item->info);
	archive_entry_copy_pathname(entry, name);
	if (pack->options->replace_owner) {
		archive_entry_set_uid(entry, pack->options->uid);
		archive_entry_set_gid(entry, pack->options->gid);
	}
	if (S_ISLNK(item->info.st_mode))
		r = set_link(pack, item, entry);
	if (item->is_mount && S_ISREG(item->info.st_mode))
		archive_entry_set_size(entry, 0);
	if (r == 0 && item->content >= 0)
		r = set_attributes(pack, item, entry);
	if (item->content >= 0 && S_ISREG(item->info.st_mode) && !item->is_mount)
		set_holes(item, entry);
	return r;
}

static int write_header(struct pack *pack, struct archive_entry *entry)
{
	int status = archive_write_header(pack->tar, entry);

	return status == ARCHIVE_OK || status == ARCHIVE_WARN ? 0 : fail_tar(pack);
}

static int write_item(struct pack *pack, const struct item *item)
{
	struct archive_entry *entry = archive_entry_new();
	struct archive_entry *spare = NULL;
	int r = entry ? describe(pack, item, entry) : fail_oom(pack->err);

	if (r == 0) {
		archive_entry_linkify(pack->links, &entry, &spare);
		r = write_header(pack, entry);
	}
	if (r == 0 && S_ISREG(item->info.st_mode) && archive_entry_size(entry) > 0)
		r = write_content(pack, item, archive_entry_size(entry));
	archive_entry_free(entry);
	return r;
}

/* A file of the OCI layer format that hides something: empty, in the folder of what it hides. */
static int write_whiteout(struct pack *pack, const char *path, const char *prefix)
{
	autofree char *name = item_name(pack, path, prefix);
	struct archive_entry *entry = archive_entry_new();
	int r = entry && name ? 0 : fail_oom(pack->err);

	if (r == 0) {
		archive_entry_copy_pathname(entry, name);
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, 0600);
		archive_entry_set_size(entry, 0);
		r = write_header(pack, entry);
	}
	archive_entry_free(entry);
	return r;
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

static int write_folder(struct pack *pack, const struct item *item)
{
	int r = 0;

	if (*item->path || pack->options->name)
		r = write_item(pack, item);
	if (r == 0)
		r = write_opaque(pack, item);
	if (r == 0 && !item->is_mount)
		strv_push(&pack->folders, item->path);
	return r;
}

/* The second opening goes by the first one's descriptor: what was looked at is what is opened. */
static void open_content(struct item *item)
{
	char path[48];

	if (!S_ISREG(item->info.st_mode) && !S_ISDIR(item->info.st_mode))
		return;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", item->fd);
	item->content = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK |
					   (S_ISDIR(item->info.st_mode) ? O_DIRECTORY : 0));
}

static bool is_skipped(const struct pack *pack, const char *path)
{
	const char *const *skipped = pack->options->skipped;

	for (; skipped && *skipped; skipped++)
		if (strcmp(*skipped, path) == 0)
			return true;
	return false;
}

static int write_any(struct pack *pack, struct item *item)
{
	int r;

	if (is_skipped(pack, item->path))
		return 0;

	if (fstat(item->fd, &item->info) < 0)
		return fail_item(pack, item);
	if (S_ISSOCK(item->info.st_mode))
		return 0;
	if (pack->options->whiteouts && S_ISCHR(item->info.st_mode) &&
	    item->info.st_rdev == makedev(0, 0))
		return write_whiteout(pack, item->path, ".wh.");
	item->is_mount = pack->options->one_filesystem && item->info.st_dev != pack->device;
	open_content(item);
	if (item->content < 0 && (S_ISREG(item->info.st_mode) || S_ISDIR(item->info.st_mode)))
		return errno == ENOENT ? 0 : fail_item(pack, item);
	r = S_ISDIR(item->info.st_mode) ? write_folder(pack, item) : write_item(pack, item);
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

static int look_into(struct pack *pack, const char *folder)
{
	const struct open_how how = { .flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
				      .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	autoclosedir DIR *listing = NULL;
	const struct dirent *entry;
	const struct item item = { .path = folder };
	int dir = (int)syscall(SYS_openat2, pack->root, *folder ? folder : ".", &how, sizeof(how));
	int r = 0;

	/* a folder that has become something else since it was written */
	if (dir < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == ELOOP
			       ? 0
			       : fail_item(pack, &item);
	listing = fdopendir(dir);
	if (!listing) {
		(void)close(dir);
		return fail_oom(pack->err);
	}
	while (r == 0 && (entry = readdir(listing)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			r = write_child(pack, dirfd(listing), folder, entry->d_name);
	return r;
}

static int write_all(struct pack *pack)
{
	struct item top = { .path = "", .fd = pack->root, .content = -1 };
	int r = write_any(pack, &top);

	while (r == 0 && pack->folders.len > 0) {
		autofree char *folder = pack->folders.items[--pack->folders.len];

		pack->folders.items[pack->folders.len] = NULL;
		r = look_into(pack, folder);
	}
	return r < 0 || !pack->folders.failed ? r : fail_oom(pack->err);
}

int pack_write_tar(int fd, const struct pack_options *options, folder_write_function *write,
		   void *data, struct containr_error *err)
{
	autolocale locale_t locale = locale_use_utf8();
	__attribute__((cleanup(pack_release))) struct pack pack = {
		.options = options, .root = fd, .write = write, .data = data, .err = err
	};
	struct stat info;
	int r = 0;

	(void)locale;
	if (fstat(fd, &info) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read the files");
	pack.device = info.st_dev;
	r = open_tar(&pack);
	if (r == 0)
		r = write_all(&pack);
	if (r == 0 && archive_write_close(pack.tar) != ARCHIVE_OK)
		r = fail_tar(&pack);
	return r;
}
