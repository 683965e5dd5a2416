/* SPDX-License-Identifier: MIT */
#include "image/archive/entry.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/whiteout.h"
#include "image/archive/xattr.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

/* What is being written, and where. */
struct target {
	struct tree *tree;
	struct tar_reader *reader;
	const struct tar_entry *entry;
	const char *name; /* clean */
	struct place place;
};

static int target_fail(const struct target *target, const char *what)
{
	return tree_fail(target->tree, what, target->name);
}

static mode_t target_mode(const struct target *target)
{
	return target->entry->mode;
}

static uid_t target_uid(const struct target *target)
{
	return (uid_t)target->entry->uid;
}

static gid_t target_gid(const struct target *target)
{
	return (gid_t)target->entry->gid;
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
	const struct timespec times[2] = { target->entry->mtime, target->entry->mtime };

	if (fchownat(place->folder, place->leaf, target_uid(target), target_gid(target),
		     AT_SYMLINK_NOFOLLOW) < 0)
		return fail_owner(target);
	if (has_mode && fchmodat(place->folder, place->leaf, target_mode(target), 0) < 0)
		return target_fail(target, "cannot set the mode of");
	if (utimensat(place->folder, place->leaf, times, AT_SYMLINK_NOFOLLOW) < 0)
		return target_fail(target, "cannot set the time of");
	return 0;
}

/* Writes @size bytes of the stored content to where the file stands. */
static int write_part(const struct target *target, int fd, int64_t size)
{
	while (size > 0) {
		const unsigned char *bytes;
		size_t len;
		int r = tar_read(target->reader, size, &bytes, &len, target->tree->err);

		if (r < 0)
			return r;
		if (len == 0)
			return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
				    "the content of '%.300s' is cut off", target->name);
		if (fs_write_all(fd, bytes, len) < 0)
			return target_fail(target, "cannot write");
		size -= (int64_t)len;
	}
	return 0;
}

/* What lies between the stored parts stays a hole. */
static int write_sparse(const struct target *target, int fd)
{
	const struct tar_entry *entry = target->entry;

	for (size_t i = 0; i < entry->extent_count; i++) {
		int r;

		if (lseek(fd, entry->extents[i].offset, SEEK_SET) < 0)
			return target_fail(target, "cannot write");
		r = write_part(target, fd, entry->extents[i].size);
		if (r < 0)
			return r;
	}
	return ftruncate(fd, entry->size) < 0 ? target_fail(target, "cannot write") : 0;
}

static int write_file(const struct target *target)
{
	const struct timespec times[2] = { target->entry->mtime, target->entry->mtime };
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	autoclose int fd = openat(target->place.folder, target->place.leaf, flags, 0600);
	int r;

	if (fd < 0)
		return target_fail(target, "cannot create file");
	r = target->entry->is_sparse ? write_sparse(target, fd)
				     : write_part(target, fd, target->entry->size);
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
	const char *points_to = target->entry->link;

	if (!*points_to)
		return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the symbolic link '%.300s' points nowhere", target->name);
	if (symlinkat(points_to, place->folder, place->leaf) < 0)
		return target_fail(target, "cannot create symbolic link");
	return set_attributes_at(target, false);
}

static int write_special(const struct target *target, mode_t type)
{
	const struct place *place = &target->place;
	dev_t device =
		type == S_IFIFO ? 0 : makedev(target->entry->dev_major, target->entry->dev_minor);

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

/* In a user namespace overlayfs reads its own notes in user.* (userxattr). */
static int write_opaque(const struct target *target)
{
	if (fsetxattr(target->place.folder, "trusted.overlay.opaque", "y", 1, 0) < 0 &&
	    (errno != EPERM ||
	     fsetxattr(target->place.folder, "user.overlay.opaque", "y", 1, 0) < 0))
		return target_fail(target, "cannot make opaque the folder of");
	return 0;
}

/* A whiteout hides what lower layers have, never what this one has put at the same place. */
static int write_whiteout(const struct target *target)
{
	const char *hidden;

	switch (whiteout_parse(target->place.leaf, &hidden)) {
	case WHITEOUT_OPAQUE:
		return write_opaque(target);
	case WHITEOUT_IGNORED:
		return 0;
	case WHITEOUT_INVALID:
		return fail(target->tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "the whiteout '%.300s' hides nothing", target->name);
	case WHITEOUT_NONE:
	case WHITEOUT_NAME:
	default:
		break;
	}
	if (mknodat(target->place.folder, hidden, S_IFCHR, makedev(0, 0)) < 0 && errno != EEXIST)
		return target_fail(target, "cannot create whiteout");
	return 0;
}

static int write_typed(const struct target *target)
{
	int r;

	if (target->entry->type == TAR_FOLDER)
		return write_folder(target);
	r = tree_clear(target->tree, &target->place);
	if (r < 0)
		return r;
	switch (target->entry->type) {
	case TAR_HARD_LINK:
		return write_hard_link(target, target->entry->link);
	case TAR_SYMLINK:
		return write_symlink(target);
	case TAR_CHAR_DEVICE:
		return write_special(target, S_IFCHR);
	case TAR_BLOCK_DEVICE:
		return write_special(target, S_IFBLK);
	case TAR_FIFO:
		return write_special(target, S_IFIFO);
	case TAR_FILE:
	case TAR_FOLDER:
	default:
		return write_file(target);
	}
}

/* A folder is never thrown away for a file of its name, nor a file for a folder. */
static int check_kind(const struct target *target)
{
	bool is_folder = target->entry->type == TAR_FOLDER;
	struct stat info;

	if (fstatat(target->place.folder, target->place.leaf, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return errno == ENOENT ? 0 : target_fail(target, "cannot look at");
	if (S_ISDIR(info.st_mode) == is_folder)
		return 0;
	return fail(target->tree->err, CONTAINR_E_INVALID_ARGUMENT,
		    "cannot put a %s in the place of the %s '%.300s'",
		    is_folder ? "folder" : "file", is_folder ? "file" : "folder", target->name);
}

int entry_write(struct tree *tree, struct tar_reader *reader, const struct tar_entry *entry,
		const char *clean)
{
	struct target target = { .tree = tree, .reader = reader, .entry = entry, .name = clean };
	int r;

	if (!*clean && entry->type != TAR_FOLDER)
		return fail(tree->err, CONTAINR_E_INVALID_ARCHIVE,
			    "an entry without a name is no folder");
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
