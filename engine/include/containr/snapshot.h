/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_SNAPSHOT_H
#define CONTAINR_SNAPSHOT_H

#include <containr/container.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Snapshots: what a container has changed in the files of its image, kept under a name. Further
 * containers begin with it, and their snapshots stand on it: a snapshot has one layer of its own and
 * shares all below with its parents and its image, which it keeps from being removed.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

struct containr_snapshot {
	char *name;
	char *parent;	/* snapshot that its container was made of; "" for none */
	char *image;	/* as it was asked for */
	char *image_id; /* "sha256:..." */
	char *driver;	/* of its own layer: "overlay" or "erofs" */
	char **layers; /* digests of the layers above the image's, lowest first; its own is the last */
	char **labels; /* KEY=VALUE, NULL-terminated, as `layers` */
	int64_t created_ns;
	int64_t size_bytes;   /* of the files of its own layer */
	int64_t shared_bytes; /* of the layers below */
};

/* All zero is valid. */
struct containr_snapshot_options {
	const char *const *labels; /* KEY=VALUE, NULL-terminated or NULL */
	bool no_pause;		   /* a running container is not frozen meanwhile */
};

/**
 * Makes a snapshot of a container, running or not; a running one is frozen meanwhile where it can be.
 * The work is done by the helper containr-image, as of the other functions with archives.
 *
 * Errors: CONTAINER_NOT_FOUND, SNAPSHOT_EXISTS, INVALID_ARGUMENT for a name that is none, UNSUPPORTED
 *         for a container made of a bundle, NO_SPACE.
 */
int containr_snapshot_create(struct containr *engine, const char *container, const char *name,
			     const struct containr_snapshot_options *options,
			     struct containr_error *err);

/**
 * Finds a snapshot by its whole name.
 *
 * @ret_snapshot: the caller's to free with containr_snapshot_free()
 * Errors: SNAPSHOT_NOT_FOUND.
 */
int containr_snapshot_inspect(struct containr *engine, const char *name,
			      struct containr_snapshot **ret_snapshot, struct containr_error *err);

void containr_snapshot_free(struct containr_snapshot *snapshot);

/**
 * Lists all snapshots by name.
 *
 * @ret_snapshots: array of @ret_count pointers, the caller's to free with
 *                 containr_snapshot_list_free()
 */
int containr_snapshot_list(struct containr *engine, struct containr_snapshot ***ret_snapshots,
			   size_t *ret_count, struct containr_error *err);

void containr_snapshot_list_free(struct containr_snapshot **snapshots, size_t count);

enum {
	/* also while containers or other snapshots stand on it, which keep its layers */
	CONTAINR_SNAPSHOT_FORCE = 1 << 0
};

/**
 * Removes a snapshot, and its layer where nothing else stands on that.
 *
 * Errors: SNAPSHOT_NOT_FOUND, SNAPSHOT_IN_USE (names who uses it).
 */
int containr_snapshot_remove(struct containr *engine, const char *name, unsigned int flags,
			     struct containr_error *err);

/**
 * Compares the files of two snapshots, those of their images included.
 *
 * @ret_changes: what has become of the files of @from in @to, by path; the caller's to free with
 *               containr_changes_free()
 * Errors: SNAPSHOT_NOT_FOUND, IMAGE_CORRUPT, ROOTFS_MOUNT.
 */
int containr_snapshot_diff(struct containr *engine, const char *from, const char *to,
			   struct containr_change **ret_changes, size_t *ret_count,
			   struct containr_error *err);

/**
 * Writes a snapshot as a tar: its record and its layer.
 *
 * @with_parents: also the layers of its parents, but never those of the image
 * Errors: SNAPSHOT_NOT_FOUND, IMAGE_CORRUPT where a layer is not what it was.
 */
int containr_snapshot_export(struct containr *engine, const char *name, bool with_parents,
			     int archive, struct containr_error *err);

/**
 * Reads what containr_snapshot_export() has written. Layers of parents that are not in the archive, and
 * the image, have to be there.
 *
 * @name: of the new snapshot; NULL: as in the archive
 * Errors: INVALID_ARCHIVE, SNAPSHOT_EXISTS, SNAPSHOT_NOT_FOUND and IMAGE_NOT_FOUND for what is missing.
 */
int containr_snapshot_import(struct containr *engine, int archive, const char *name,
			     struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
