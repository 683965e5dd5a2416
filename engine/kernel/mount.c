/* SPDX-License-Identifier: MIT */
#include "kernel/mount.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/mount.h, which cannot stand beside sys/mount.h in glibc 2.36 */
#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef MOVE_MOUNT_F_EMPTY_PATH
#define MOVE_MOUNT_F_EMPTY_PATH 0x4
#define MOVE_MOUNT_T_EMPTY_PATH 0x40
#endif

struct option_fact {
	const char *name;
	unsigned long set;
	unsigned long clear;
	unsigned long propagation;
};

static const struct option_fact option_facts[] = {
	{ "defaults", 0, 0, 0 },
	{ "ro", MS_RDONLY, 0, 0 },
	{ "rw", 0, MS_RDONLY, 0 },
	{ "suid", 0, MS_NOSUID, 0 },
	{ "nosuid", MS_NOSUID, 0, 0 },
	{ "dev", 0, MS_NODEV, 0 },
	{ "nodev", MS_NODEV, 0, 0 },
	{ "exec", 0, MS_NOEXEC, 0 },
	{ "noexec", MS_NOEXEC, 0, 0 },
	{ "sync", MS_SYNCHRONOUS, 0, 0 },
	{ "async", 0, MS_SYNCHRONOUS, 0 },
	{ "dirsync", MS_DIRSYNC, 0, 0 },
	{ "remount", MS_REMOUNT, 0, 0 },
	{ "mand", MS_MANDLOCK, 0, 0 },
	{ "nomand", 0, MS_MANDLOCK, 0 },
	{ "atime", 0, MS_NOATIME, 0 },
	{ "noatime", MS_NOATIME, 0, 0 },
	{ "diratime", 0, MS_NODIRATIME, 0 },
	{ "nodiratime", MS_NODIRATIME, 0, 0 },
	{ "relatime", MS_RELATIME, 0, 0 },
	{ "norelatime", 0, MS_RELATIME, 0 },
	{ "strictatime", MS_STRICTATIME, 0, 0 },
	{ "nostrictatime", 0, MS_STRICTATIME, 0 },
	{ "silent", MS_SILENT, 0, 0 },
	{ "loud", 0, MS_SILENT, 0 },
	{ "iversion", MS_I_VERSION, 0, 0 },
	{ "noiversion", 0, MS_I_VERSION, 0 },
	{ "bind", MS_BIND, 0, 0 },
	{ "rbind", MS_BIND | MS_REC, 0, 0 },
	{ "private", 0, 0, MS_PRIVATE },
	{ "rprivate", 0, 0, MS_PRIVATE | MS_REC },
	{ "shared", 0, 0, MS_SHARED },
	{ "rshared", 0, 0, MS_SHARED | MS_REC },
	{ "slave", 0, 0, MS_SLAVE },
	{ "rslave", 0, 0, MS_SLAVE | MS_REC },
	{ "unbindable", 0, 0, MS_UNBINDABLE },
	{ "runbindable", 0, 0, MS_UNBINDABLE | MS_REC },
};

/* For a mount and those below it: mount_setattr(2), AT_RECURSIVE. */
static const struct option_fact recursive_facts[] = {
	{ "rro", MS_RDONLY, 0, 0 },
	{ "rrw", 0, MS_RDONLY, 0 },
	{ "rnosuid", MS_NOSUID, 0, 0 },
	{ "rsuid", 0, MS_NOSUID, 0 },
	{ "rnodev", MS_NODEV, 0, 0 },
	{ "rdev", 0, MS_NODEV, 0 },
	{ "rnoexec", MS_NOEXEC, 0, 0 },
	{ "rexec", 0, MS_NOEXEC, 0 },
	{ "rnodiratime", MS_NODIRATIME, 0, 0 },
	{ "rdiratime", 0, MS_NODIRATIME, 0 },
	{ "rrelatime", MS_RELATIME, 0, 0 },
	{ "rnorelatime", 0, MS_RELATIME, 0 },
	{ "rnoatime", MS_NOATIME, 0, 0 },
	{ "ratime", 0, MS_NOATIME, 0 },
	{ "rstrictatime", MS_STRICTATIME, 0, 0 },
	{ "rnostrictatime", 0, MS_STRICTATIME, 0 },
};

/* Options that are no flags of the kernel's: a member of struct mount_options each. */
static const struct {
	const char *name;
	size_t member;
} switches[] = {
	{ "tmpcopyup", offsetof(struct mount_options, copies_up) },
	{ "idmap", offsetof(struct mount_options, is_idmapped) },
	{ "ridmap", offsetof(struct mount_options, is_idmapped_recursively) },
};

static bool set_switch(struct mount_options *options, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(switches); i++) {
		if (strcmp(switches[i].name, name) != 0)
			continue;
		*(bool *)((char *)options + switches[i].member) = true;
		return true;
	}
	return false;
}

static const struct option_fact *find_fact(const struct option_fact *facts, size_t count,
					   const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(facts[i].name, name) == 0)
			return &facts[i];
	return NULL;
}

static const struct option_fact *find_option(const char *name)
{
	return find_fact(option_facts, ARRAY_LEN(option_facts), name);
}

const char *mount_option_name(size_t index)
{
	if (index < ARRAY_LEN(option_facts))
		return option_facts[index].name;
	index -= ARRAY_LEN(option_facts);
	if (index < ARRAY_LEN(recursive_facts))
		return recursive_facts[index].name;
	index -= ARRAY_LEN(recursive_facts);
	return index < ARRAY_LEN(switches) ? switches[index].name : NULL;
}

unsigned long mount_propagation_from_name(const char *name)
{
	const struct option_fact *fact = find_option(name);

	return fact ? fact->propagation : 0;
}

int mount_options_parse(char *const *options, struct mount_options *ret_options,
			struct containr_error *err)
{
	struct mount_options parsed = { 0 };

	for (size_t i = 0; options && options[i]; i++) {
		const struct option_fact *fact = find_option(options[i]);
		const struct option_fact *all =
			find_fact(recursive_facts, ARRAY_LEN(recursive_facts), options[i]);

		if (set_switch(&parsed, options[i]))
			continue;
		if (all) {
			parsed.all_flags = (parsed.all_flags | all->set) & ~all->clear;
			parsed.all_cleared = (parsed.all_cleared | all->clear) & ~all->set;
		} else if (fact) {
			parsed.flags = (parsed.flags | fact->set) & ~fact->clear;
			parsed.cleared = (parsed.cleared | fact->clear) & ~fact->set;
			parsed.propagation |= fact->propagation;
		} else {
			if (parsed.data.len)
				str_append_char(&parsed.data, ',');
			str_append(&parsed.data, options[i]);
		}
	}
	if (parsed.data.failed) {
		str_release(&parsed.data);
		return fail_oom(err);
	}
	*ret_options = parsed;
	return 0;
}

/* An empty path would name the root itself only with AT_EMPTY_PATH, which openat2 lacks: "." does.
 */
static const char *inside(const char *path)
{
	path += strspn(path, "/");
	return *path ? path : ".";
}

static int open_in_root(int root, const char *path, uint64_t flags, uint64_t mode)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd;

	/* EAGAIN: something was renamed meanwhile and ".." could not be trusted */
	do
		fd = syscall(SYS_openat2, root, inside(path), &how, sizeof(how));
	while (fd < 0 && (errno == EAGAIN || errno == EINTR));
	return (int)fd;
}

int root_open(int root, const char *path, int *ret_fd, struct containr_error *err)
{
	int fd = open_in_root(root, path, O_PATH, 0);

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot open '%s' in the container",
				path);
	*ret_fd = fd;
	return 0;
}

/* Creates the folders of @path that are missing, each inside the descriptor of the one above it. */
static int make_folders(int root, const char *path, struct containr_error *err)
{
	char part[PATH_MAX];
	size_t len = strlen(path);

	if (len >= sizeof(part))
		return fail(err, CONTAINR_E_ROOTFS_MOUNT, "path '%s' is too long", path);
	for (size_t i = 1; i <= len; i++) {
		autoclose int parent = -1;
		char *slash;

		if (path[i] != '/' && path[i] != '\0')
			continue;
		memcpy(part, path, i);
		part[i] = '\0';
		parent = open_in_root(root, part, O_PATH, 0);
		if (parent >= 0)
			continue;
		slash = strrchr(part, '/');
		if (errno != ENOENT || (slash && slash[1] == '\0'))
			return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
					"cannot open '%s' in the container", part);
		if (slash)
			*slash = '\0';
		parent = open_in_root(root, slash ? part : ".", O_PATH | O_DIRECTORY, 0);
		if (parent < 0 ||
		    (mkdirat(parent, slash ? slash + 1 : part, 0755) < 0 && errno != EEXIST))
			return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
					"cannot create '%s' in the container", path);
	}
	return 0;
}

/* Mostly only the last part is missing, and its parent is there to be opened at once. */
static int make_folder(int root, const char *path, struct containr_error *err)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	autoclose int dir = -1;

	(void)snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) : 0, path);
	dir = open_in_root(root, parent, O_PATH | O_DIRECTORY, 0);
	if (dir >= 0 && slash && slash[1] && mkdirat(dir, slash + 1, 0755) == 0)
		return 0;
	return make_folders(root, path, err);
}

static int make_file(int root, const char *path, struct containr_error *err)
{
	char parent[PATH_MAX];
	const char *slash = strrchr(path, '/');
	autoclose int dir = -1;
	autoclose int fd = -1;
	const char *name = slash ? slash + 1 : path;

	(void)snprintf(parent, sizeof(parent), "%.*s", slash ? (int)(slash - path) : 0, path);
	if (*parent) {
		int r = make_folders(root, parent, err);

		if (r < 0)
			return r;
	}
	dir = open_in_root(root, parent, O_PATH | O_DIRECTORY, 0);
	if (dir >= 0)
		fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (fd < 0 && errno != EEXIST)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot create '%s' in the container",
				path);
	return 0;
}

int root_make(int root, const char *path, enum root_node node, int *ret_fd,
	      struct containr_error *err)
{
	int fd = open_in_root(root, path, O_PATH, 0);
	int r;

	if (fd < 0 && errno == ENOENT) {
		const char *relative = inside(path);

		r = node == ROOT_FILE ? make_file(root, relative, err)
				      : make_folder(root, relative, err);
		if (r < 0)
			return r;
		fd = open_in_root(root, path, O_PATH, 0);
	}
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot open '%s' in the container",
				path);
	*ret_fd = fd;
	return 0;
}

int mount_at(int target, const char *source, const char *type, unsigned long flags,
	     const char *data)
{
	return fchdir(target) < 0 ? -1 : mount(source, ".", type, flags, data);
}

int mount_clone(int dir, const char *path, bool recursive)
{
	unsigned int flags = OPEN_TREE_CLONE | O_CLOEXEC | (*path ? 0 : AT_EMPTY_PATH) |
			     (recursive ? AT_RECURSIVE : 0);

	return (int)syscall(SYS_open_tree, dir, path, flags);
}

int mount_attach(int tree, int target)
{
	return (int)syscall(SYS_move_mount, tree, "", target, "",
			    MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

struct attribute_fact {
	unsigned long flag;
	uint64_t attribute;
};

static const struct attribute_fact attribute_facts[] = {
	{ MS_RDONLY, 0x1 }, { MS_NOSUID, 0x2 },	     { MS_NODEV, 0x4 },
	{ MS_NOEXEC, 0x8 }, { MS_NODIRATIME, 0x80 },
};

/* How access times are kept is one choice of three, and choosing means clearing the field first. */
#define ATTRIBUTE_ATIME_FIELD 0x70
#define ATTRIBUTE_NOATIME 0x10
#define ATTRIBUTE_STRICTATIME 0x20
#define ATTRIBUTE_IDMAP 0x100000

struct mount_attributes { /* struct mount_attr of mount_setattr(2), version 0 */
	uint64_t set;
	uint64_t clear;
	uint64_t propagation;
	uint64_t userns_fd;
};

static struct mount_attributes attributes_of(unsigned long set, unsigned long cleared)
{
	struct mount_attributes attributes = { 0 };

	for (size_t i = 0; i < ARRAY_LEN(attribute_facts); i++) {
		if (set & attribute_facts[i].flag)
			attributes.set |= attribute_facts[i].attribute;
		else if (cleared & attribute_facts[i].flag)
			attributes.clear |= attribute_facts[i].attribute;
	}
	if ((set | cleared) & (MS_NOATIME | MS_STRICTATIME | MS_RELATIME))
		attributes.clear |= ATTRIBUTE_ATIME_FIELD;
	if (set & MS_NOATIME)
		attributes.set |= ATTRIBUTE_NOATIME;
	else if (set & MS_STRICTATIME)
		attributes.set |= ATTRIBUTE_STRICTATIME;
	return attributes;
}

static int set_attributes(int tree, unsigned int flags, const struct mount_attributes *attributes)
{
	return (int)syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | flags, attributes,
			    sizeof(*attributes));
}

int mount_change(int tree, unsigned long set, unsigned long cleared, unsigned long propagation)
{
	struct mount_attributes attributes = attributes_of(set, cleared);
	unsigned int flags = propagation & MS_REC ? AT_RECURSIVE : 0;

	/* attributes are for this mount, only the propagation may be for those below it too */
	if (flags & AT_RECURSIVE && (attributes.set || attributes.clear)) {
		if (set_attributes(tree, 0, &attributes) < 0)
			return -1;
		attributes.set = attributes.clear = 0;
	}
	attributes.propagation = propagation & ~(unsigned long)MS_REC;
	return set_attributes(tree, flags, &attributes);
}

int mount_change_all(int tree, unsigned long set, unsigned long cleared)
{
	const struct mount_attributes attributes = attributes_of(set, cleared);

	return set_attributes(tree, AT_RECURSIVE, &attributes);
}

int mount_set_idmap(int tree, int userns, bool recursive)
{
	const struct mount_attributes attributes = { .set = ATTRIBUTE_IDMAP,
						     .userns_fd = (uint64_t)userns };

	return set_attributes(tree, recursive ? AT_RECURSIVE : 0, &attributes);
}

/* enum fsconfig_command of linux/mount.h */
#define FSCONFIG_FLAG 0
#define FSCONFIG_STRING 1
#define FSCONFIG_CREATE 6
#define FS_CLOEXEC 1

int mount_context_open(const char *type)
{
	return (int)syscall(SYS_fsopen, type, FS_CLOEXEC);
}

int mount_context_set(int context, const char *key, const char *value)
{
	return (int)syscall(SYS_fsconfig, context, value ? FSCONFIG_STRING : FSCONFIG_FLAG, key,
			    value, 0);
}

int mount_context_finish(int context)
{
	if (syscall(SYS_fsconfig, context, FSCONFIG_CREATE, NULL, NULL, 0) < 0)
		return -1;
	return (int)syscall(SYS_fsmount, context, FS_CLOEXEC, 0);
}

int mount_pivot(int new_root, struct containr_error *err)
{
	/*
	 * Old and new root may be the same folder: the old one then lies under the new, and "." is
	 * where to detach it. pivot_root(2), NOTES.
	 */
	if (fchdir(new_root) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT, "cannot enter the root folder");
	if (syscall(SYS_pivot_root, ".", ".") < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT, "cannot make it the root folder");
	if (umount2(".", MNT_DETACH) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT,
				"cannot detach the host's root folder");
	if (chdir("/") < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT, "cannot enter the new root folder");
	return 0;
}

int mount_move_root(int new_root, struct containr_error *err)
{
	static const char *const full[] = { "/proc", "/sys" };

	if (fchdir(new_root) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT, "cannot enter the root folder");
	/*
	 * Whole ones, if only hidden below, let a user namespace in the container mount them anew
	 * without masks: mount_too_revealing() in the kernel's fs/namespace.c. EINVAL: not mounted.
	 */
	for (size_t i = 0; i < ARRAY_LEN(full); i++)
		if (umount2(full[i], MNT_DETACH) < 0 && errno != EINVAL && errno != ENOENT)
			return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT,
					"cannot detach the host's '%s'", full[i]);
	if (mount(".", "/", NULL, MS_MOVE, NULL) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT, "cannot move it to the root");
	if (chroot(".") < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT, "cannot make it the root folder");
	if (chdir("/") < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_PIVOT, "cannot enter the new root folder");
	return 0;
}
