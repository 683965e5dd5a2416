/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_LAYER_MOUNT_H
#define IMAGE_LAYER_MOUNT_H

#include "base/cleanup.h"
#include "base/str.h"
#include "store/store.h"

/*
 * Layers that are mounted instead of being unpacked (storage driver "erofs"):
 *
 *   layers/HEX/tar    the layer's tar, as its diff_id names it
 *   layers/HEX/index  an EROFS file system whose files' content is the tar's
 *   layers/HEX/mnt    where it is mounted as long as anybody needs it
 *
 * All containers of a layer use one mount, and so one page cache. Who needs it is noted below runroot,
 * layers/HEX/USER, as an empty file; who takes the last note away unmounts the layer. Whoever mounts or
 * looks into a mounted layer without a note of his own holds LAYER_LOCK for reading meanwhile; whoever
 * unmounts holds it for writing, and does not wait for readers: the last of them unmounts instead.
 */

#define LAYER_TAR "tar"
#define LAYER_INDEX "index"
#define LAYER_MOUNT "mnt"
#define LAYER_LOCK "layers.lock"
#define LAYER_USERS "layers" /* below runroot */

/* What of LAYER_LOCK somebody holds. */
struct layer_hold {
	int lock; /* -1: there was nothing to mount */
};

#define LAYER_HOLD_INIT ((struct layer_hold) { .lock = -1 })

/**
 * Makes layers ready for an overlay: mounts those of @lower that are not unpacked.
 *
 * @lower: paths below root, "layers/HEX/mnt" or "layers/HEX/fs"
 * @user:  id of the container for which a note is left until layer_mount_release(); NULL: only as long
 *         as @ret_hold is held
 * Errors: IMAGE_CORRUPT, ROOTFS_MOUNT; PERMISSION_DENIED for whoever may not mount.
 */
int layer_mount_hold(const struct containr *engine, const struct strv *lower, const char *user,
		     struct layer_hold *ret_hold, struct containr_error *err) MUST_CHECK;

/** Ends a hold, and unmounts what nobody needs. */
void layer_mount_let_go(const struct containr *engine, struct layer_hold *hold);

/** Takes away the notes of @user, and unmounts what nobody needs. */
void layer_mount_release(const struct containr *engine, const char *user);

/** Takes away notes of users for whom @is_gone says so, and unmounts what nobody needs. */
void layer_mount_sweep(const struct containr *engine,
		       bool (*is_gone)(const struct containr *engine, const char *user));

/**
 * Unmounts a layer that is about to be deleted: no container has it any more, and notes that are left
 * are those of containers that are being tidied up.
 *
 * @hex: the layer's digest
 */
void layer_mount_drop(const struct containr *engine, const char *hex);

/**
 * Mounts an index without showing it to anybody.
 *
 * @folder: the layer's, absolute
 *
 * Returns the detached mount, or -1 with errno: the kernel cannot (before Linux 6.12), or the user may
 * not, or the index is damaged.
 */
int layer_mount_open(const char *folder) MUST_CHECK;

/** Adds up what a layer takes on the disk, whether it is unpacked or not. Errors: IO. */
int layer_mount_size(const struct containr *engine, const char *lower, int64_t *ret_bytes,
		     struct containr_error *err) MUST_CHECK;

/** Returns whether a path of a layer is one that has to be mounted. */
bool layer_mount_is_needed(const char *lower);

#endif
