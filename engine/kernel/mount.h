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
	struct str data;	   /* the file system's own options, comma-separated */
};

/**
 * Takes a NULL-terminated list of options apart.
 *
 * @ret_options: its data is the caller's to release
 * Errors: UNSUPPORTED for an option that is known but cannot be honoured (idmap).
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

/** mount(2) onto the file or folder that @target (O_PATH) refers to. Async-signal-safe. */
int mount_at(int target, const char *source, const char *type, unsigned long flags,
	     const char *data) MUST_CHECK;

/**
 * Changes the flags of the mount that @target refers to, keeping those that are locked or were not
 * asked to change. mount(2) with MS_REMOUNT | MS_BIND replaces all flags, and the kernel refuses to
 * drop nosuid, nodev or noexec of a mount from another user namespace.
 */
int mount_change_flags(int target, unsigned long set, unsigned long cleared) MUST_CHECK;

/**
 * Makes @new_root, a mount point, the root of this mount namespace and detaches the old one.
 * Errors: ROOTFS_PIVOT.
 */
int mount_pivot(int new_root, struct containr_error *err) MUST_CHECK;

#endif
