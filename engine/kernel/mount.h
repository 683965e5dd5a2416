/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_MOUNT_H
#define KERNEL_MOUNT_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Mounting below a root folder that somebody else may have filled with symbolic links. Every target
 * is first resolved to a descriptor inside the root (openat2(2), RESOLVE_IN_ROOT) and then used by
 * that descriptor: what a link points to can change, what a descriptor refers to cannot.
 */

/* Options of a mount as mount(8) and the OCI configuration write them, taken apart. */
struct mount_options {
	unsigned long flags;	   /* MS_* of the first mount(2) */
	unsigned long cleared;	   /* MS_* that an option such as "rw" or "exec" asked to be off */
	unsigned long propagation; /* MS_PRIVATE ... with MS_REC, 0 for none */
	unsigned long all_flags;   /* MS_* for this mount and those below it: "rro" ... */
	unsigned long all_cleared;
	bool copies_up; /* "tmpcopyup": starts with what the image has there */
	bool is_idmapped;
	bool is_idmapped_recursively;
	struct str data; /* the file system's own options, comma-separated */
};

/**
 * Takes a NULL-terminated list of options apart.
 *
 * @ret_options: its data is the caller's to release
 * Errors: OUT_OF_MEMORY.
 */
int mount_options_parse(char *const *options, struct mount_options *ret_options,
			struct containr_error *err) MUST_CHECK;

/** Returns the name of the option @index, in no special order; NULL past the last one. */
const char *mount_option_name(size_t index);

/** Finds the MS_* flags of a propagation, "rprivate" ...; 0 if @name is none. */
unsigned long mount_propagation_from_name(const char *name);

/**
 * Opens a path inside a root, never leaving it, with O_PATH.
 *
 * @root: descriptor of the root folder
 * @path: absolute or relative, both taken from @root
 * Errors: ROOTFS_MOUNT with sys_errno.
 */
int root_open(int root, const char *path, int *ret_fd, struct containr_error *err) MUST_CHECK;

enum root_node { ROOT_FOLDER, ROOT_FILE };

/**
 * Opens a mount target inside a root with O_PATH and creates what is missing of it: folders 0755,
 * and an empty file for ROOT_FILE.
 */
int root_make(int root, const char *path, enum root_node node, int *ret_fd,
	      struct containr_error *err) MUST_CHECK;

/**
 * Mounts a new file system on the folder that @target (O_PATH) refers to, mount(2). Changes the
 * working folder: "." is a third of the cost of "/proc/self/fd/N".
 *
 * Returns -1 with errno.
 */
int mount_at(int target, const char *source, const char *type, unsigned long flags,
	     const char *data) MUST_CHECK;

/**
 * Makes a detached copy of the mount that holds @path, from that path down. open_tree(2)
 *
 * @dir, @path: as in openat(2); "" for what @dir itself refers to
 * @recursive:  with the mounts below it
 *
 * Returns its descriptor, -1 with errno.
 */
int mount_clone(int dir, const char *path, bool recursive) MUST_CHECK;

/** Puts a detached mount on what @target (O_PATH) refers to. Returns -1 with errno. move_mount(2) */
int mount_attach(int tree, int target) MUST_CHECK;

/**
 * Changes the flags of the mount whose root @tree refers to; those that are not named stay.
 * mount_setattr(2), Linux 5.12.
 *
 * @set, @cleared: MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC and the atime flags; others are ignored
 * @propagation:   MS_PRIVATE ... with or without MS_REC; 0 leaves it
 *
 * Returns -1 with errno.
 */
int mount_change(int tree, unsigned long set, unsigned long cleared,
		 unsigned long propagation) MUST_CHECK;

/** Changes flags of a mount and of all mounts below it. Returns -1 with errno. */
int mount_change_all(int tree, unsigned long set, unsigned long cleared) MUST_CHECK;

/**
 * Makes a detached mount show ids as the user namespace @userns maps them. mount_setattr(2),
 * MOUNT_ATTR_IDMAP; needs CAP_SYS_ADMIN where its file system was mounted.
 *
 * Returns -1 with errno.
 */
int mount_set_idmap(int tree, int userns, bool recursive) MUST_CHECK;

/*
 * A file system that is mounted nowhere yet: open, set each parameter (NULL for one without a
 * value), finish into a detached mount. fsopen(2), fsconfig(2), fsmount(2). All return -1 with
 * errno.
 */
int mount_context_open(const char *type) MUST_CHECK;
int mount_context_set(int context, const char *key, const char *value) MUST_CHECK;
int mount_context_finish(int context) MUST_CHECK;

/**
 * Makes @new_root, a mount point, the root of this mount namespace and detaches the old one.
 * Errors: ROOTFS_PIVOT.
 */
int mount_pivot(int new_root, struct containr_error *err) MUST_CHECK;

/**
 * Does what is left of that where the old root is the kernel's first file system, which cannot be
 * pivoted away: @new_root, a mount point, is moved over it and becomes the root of the process. Weaker:
 * the old root is still below, for whoever has CAP_SYS_CHROOT. Errors: ROOTFS_PIVOT.
 */
int mount_move_root(int new_root, struct containr_error *err) MUST_CHECK;

#endif
