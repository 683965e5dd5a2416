/* SPDX-License-Identifier: MIT */
#include "image/archive/entry.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/xattr.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#define WHITEOUT_PREFIX ".wh."
#define WHITEOUT_OPAQUE ".wh..wh..opq"
#define WHITEOUT_RESERVED ".wh..wh." /* aufs keeps its own files under such names */
#define MODE_BITS 07777

/* What is being written, and where. */
struct target {
	struct tree *tree;
	struct archive *archive;
	struct archive_entry *entry;
	const char *name; /* clean */
	struct place place;
};

struct timespec entry_mtime(struct archive_entry *entry)
{
	struct timespec time = { .tv_sec = archive_entry_mtime(entry),
				 .tv_nsec = archive_entry_mtime_nsec(entry) };

	if (time.tv_nsec < 0 || time.tv_nsec > 999999999)
		time.tv_nsec = 0;
	return time;
}

static int target_fail(const struct target *target, const char *what)
{
	return tree_fail(target->tree, what, target->name);
}

static mode_t target_mode(const struct target *target)
{
	return archive_entry_perm(target->entry) & MODE_BITS;
}

static uid_t target_uid(const struct target *target)
{
	return (uid_t)archive_entry_uid(target->entry);
}

static gid_t target_gid(const struct target *target)
{
	return (gid_t)archive_entry_gid(target->entry);
}

/* chown(2) gives EINVAL for an id that the user namespace does not have. */
static int fail_owner(const struct target *target)
{
	if (errno != EINVAL)
		return target_fail(target, "cannot set the owner of");
	(void)fail(target->tree->err, CONTAINR_E_PERMISSION_DENIED,
		   "'%.300s' belongs to %u:%u, who is nobody in your user namespace", target->name,
		   target_uid(target), target_gid(target));
	return fail_hint(target->tree->err,
			 "give yourself more ids in /etc/subuid and /etc/subgid (subuid(5))");
}

/* The owner comes first: chown(2) takes setuid bits and capabilities away. */
static int set_attributes(const struct target *target, int fd)
{
	int r;

	if (fchown(fd, target_uid(target), target_gid(target)) < 0)
		return fail_owner(target);
	r = xattr_write_all(fd, target->entry, target->name, target->tree->err);
	if (r < 0)
		return r;
	if (fchmod(fd, target_mode(target)) < 0)
		return target_fail(target, "cannot set the mode of");
	return 0;
}

/* The same for what cannot be opened; nothing here follows a link, we made it a moment ago. */
static int set_attributes_at(const struct target *target, bool has_mode)
{
	const struct place *place = &target->place;
	const struct timespec mtime = entry_mtime(target->entry);
	const struct timespec times[2] = { mtime, mtime };

	if (fchownat(place->folder, place->leaf, target_uid(target), target_gid(target),
		     AT_SYMLINK_NOFOLLOW) < 0)
		return fail_owner(target);
	if (has_mode && fchmodat(place->folder, place->leaf, target_mode(target), 0) < 0)
		return target_fail(target, "cannot set the mode of");
	if (utimensat(place->folder, place->leaf, times, AT_SYMLINK_NOFOLLOW) < 0)
		return target_fail(target, "cannot set the time of");
	return 0;
}

static int fail_data(const struct target *target)
{
	const char *problem = archive_error_string(target->archive);

	return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE, "cannot read '%.300s': %s",
		    target->name, problem ? problem : "the data is damaged");
}

/* Writes the content block by block; what lies between blocks stays a hole. */
static int write_content(const struct target *target, int fd)
{
	const void *block;
	size_t len;
	int64_t offset;
	int64_t end = 0;
	int64_t size = archive_entry_size(target->entry);
	int status;

	if (size < 0 || size > ENTRY_FILE_MAX)
		return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "'%.300s' is larger than 1 TiB", target->name);
	while ((status = archive_read_data_block(target->archive, &block, &len, &offset)) ==
	       ARCHIVE_OK) {
		if (len == 0)
			continue;
		if (offset < end || offset > ENTRY_FILE_MAX)
			return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
				    "the holes of '%.300s' are out of order", target->name);
		if (offset > end && lseek(fd, offset, SEEK_SET) < 0)
			return target_fail(target, "cannot write");
		if (fs_write_all(fd, block, len) < 0)
			return target_fail(target, "cannot write");
		end = offset + (int64_t)len;
	}
	if (status != ARCHIVE_EOF)
		return fail_data(target);
	if (end < size && ftruncate(fd, size) < 0)
		return target_fail(target, "cannot write");
	return 0;
}

static int write_file(const struct target *target)
{
	const struct timespec mtime = entry_mtime(target->entry);
	const struct timespec times[2] = { mtime, mtime };
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	autoclose int fd = openat(target->place.folder, target->place.leaf, flags, 0600);
	int r;

	if (fd < 0)
		return target_fail(target, "cannot create file");
	r = write_content(target, fd);
	if (r == 0)
		r = set_attributes(target, fd);
	if (r == 0 && futimens(fd, times) < 0)
		r = target_fail(target, "cannot set the time of");
	return r;
}

/* The folder's time is set at the end of all: each entry in it would change it again. */
static int write_folder(const struct target *target)
{
	const struct place *place = &target->place;
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	const char *leaf = *place->leaf ? place->leaf : ".";
	autoclose int fd = -1;
	int r;

	if (*place->leaf && mkdirat(place->folder, leaf, 0700) < 0 && errno != EEXIST)
		return target_fail(target, "cannot create folder");
	fd = openat(place->folder, leaf, flags);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP)) {
		r = tree_clear(target->tree, place);
		if (r < 0)
			return r;
		if (mkdirat(place->folder, leaf, 0700) < 0)
			return target_fail(target, "cannot create folder");
		fd = openat(place->folder, leaf, flags);
	}
	if (fd < 0)
		return target_fail(target, "cannot open folder");
	r = set_attributes(target, fd);
	if (r < 0)
		return r;
	return tree_remember(target->tree, target->name, steal_fd(&fd));
}

static int write_symlink(const struct target *target)
{
	const struct place *place = &target->place;
	const char *points_to = archive_entry_symlink(target->entry);

	if (!points_to || !*points_to)
		return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the symbolic link '%.300s' points nowhere", target->name);
	if (symlinkat(points_to, place->folder, place->leaf) < 0)
		return target_fail(target, "cannot create symbolic link");
	return set_attributes_at(target, false);
}

static int write_special(const struct target *target, mode_t type)
{
	const struct place *place = &target->place;
	dev_t device = type == S_IFIFO
			       ? 0
			       : makedev((unsigned int)archive_entry_rdevmajor(target->entry),
					 (unsigned int)archive_entry_rdevminor(target->entry));

	/* nobody may make devices in a user namespace; a container gets its own /dev anyway */
	if (mknodat(place->folder, place->leaf, type | 0600, device) < 0) {
		if (errno == EPERM && type != S_IFIFO && userns_is_nested())
			return 0;
		return target_fail(target, "cannot create device or fifo");
	}
	return set_attributes_at(target, true);
}

/* The link's target is found like a place of its own, so it lies in this archive or nowhere. */
static int write_hard_link(const struct target *target, const char *link_name)
{
	struct containr_error *err = target->tree->err;
	autostr clean = STR_INIT;
	autoclose int folder = -1;
	char *leaf;
	int r = tree_clean_name(link_name, &clean, err);

	if (r < 0)
		return r;
	leaf = strrchr(clean.data, '/');
	if (leaf)
		*leaf++ = '\0';
	folder = tree_open_folder(target->tree, leaf ? clean.data : "");
	leaf = leaf ? leaf : clean.data;
	if (folder < 0)
		return tree_fail(target->tree, "cannot find the target of hard link", target->name);
	if (linkat(folder, leaf, target->place.folder, target->place.leaf, 0) == 0)
		return 0;
	if (errno == EPERM) /* the target is a folder */
		errno = EISDIR;
	(void)target_fail(target, "cannot create hard link");
	return fail_prefix(err, "target '%.200s'", link_name);
}

/* A whiteout hides what lower layers have, never what this one has put at the same place. */
static int write_whiteout(const struct target *target)
{
	const char *hidden = target->place.leaf + sizeof(WHITEOUT_PREFIX) - 1;

	if (strcmp(target->place.leaf, WHITEOUT_OPAQUE) == 0) {
		/* in a user namespace overlayfs reads its own notes in user.* (userxattr) */
		if (fsetxattr(target->place.folder, "trusted.overlay.opaque", "y", 1, 0) < 0 &&
		    (errno != EPERM ||
		     fsetxattr(target->place.folder, "user.overlay.opaque", "y", 1, 0) < 0))
			return target_fail(target, "cannot make opaque the folder of");
		return 0;
	}
	if (str_starts_with(target->place.leaf, WHITEOUT_RESERVED))
		return 0;
	if (!*hidden || strcmp(hidden, ".") == 0 || strcmp(hidden, "..") == 0)
		return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the whiteout '%.300s' hides nothing", target->name);
	if (mknodat(target->place.folder, hidden, S_IFCHR, makedev(0, 0)) < 0 && errno != EEXIST)
		return target_fail(target, "cannot create whiteout");
	return 0;
}

static int write_typed(const struct target *target)
{
	mode_t type = archive_entry_filetype(target->entry);
	const char *link_name = archive_entry_hardlink(target->entry);
	int r;

	if (type == AE_IFDIR && !link_name)
		return write_folder(target);
	r = tree_clear(target->tree, &target->place);
	if (r < 0)
		return r;
	if (link_name)
		return write_hard_link(target, link_name);
	switch (type) {
	case AE_IFREG:
		return write_file(target);
	case AE_IFLNK:
		return write_symlink(target);
	case AE_IFCHR:
	case AE_IFBLK:
	case AE_IFIFO:
		return write_special(target, type);
	case AE_IFSOCK:
		return 0; /* a socket is nothing without its process */
	default:
		return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "'%.300s' is of an unknown type", target->name);
	}
}

/* A folder is never thrown away for a file of its name, nor a file for a folder. */
static int check_kind(const struct target *target)
{
	bool is_folder = archive_entry_filetype(target->entry) == AE_IFDIR &&
			 !archive_entry_hardlink(target->entry);
	struct stat info;

	if (fstatat(target->place.folder, target->place.leaf, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : target_fail(target, "cannot look at");
	if (S_ISDIR(info.st_mode) == is_folder)
		return 0;
	return fail(target->tree->err, CONTAINR_E_INVALID_ARGUMENT,
		    "cannot put a %s in the place of the %s '%.300s'",
		    is_folder ? "folder" : "file", is_folder ? "file" : "folder", target->name);
}

/* (uid_t)-1 would mean "do not change" to chown(2). */
static bool is_id(int64_t id)
{
	return id >= 0 && id < UINT32_MAX;
}

int entry_write(struct tree *tree, struct archive *archive, struct archive_entry *entry,
		const char *clean)
{
	struct target target = { .tree = tree, .archive = archive, .entry = entry, .name = clean };
	int r;

	if (!*clean && (archive_entry_filetype(entry) != AE_IFDIR || archive_entry_hardlink(entry)))
		return fail(tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "an entry without a name is no folder");
	if (!is_id(archive_entry_uid(entry)) || !is_id(archive_entry_gid(entry)))
		return fail(tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the owner of '%.300s' is out of range", clean);
	r = tree_place(tree, clean, &target.place);
	if (r < 0)
		return r;
	if (!tree->keeps_kinds && str_starts_with(target.place.leaf, WHITEOUT_PREFIX))
		return write_whiteout(&target);
	if (tree->keeps_kinds && *clean)
		r = check_kind(&target);
	if (r < 0)
		return r;
	return write_typed(&target);
}
