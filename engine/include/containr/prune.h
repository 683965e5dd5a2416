/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_PRUNE_H
#define CONTAINR_PRUNE_H

#include <containr/containr.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What lies on the disk and is in nobody's use: counting it, and removing it. */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Which of what nobody uses is to go; all zero is valid. Lists are NULL-terminated or NULL. */
struct containr_prune_options {
	int64_t until_ns;	       /* only what is older; since 1970; 0: whatever its age */
	const char *const *labels;     /* KEY or KEY=VALUE, all of which it has to have */
	const char *const *not_labels; /* and none of which it may have */
	bool all;		       /* images and volumes that have a name too */
};

struct containr_pruned {
	char **names;  /* of what was removed, NULL-terminated */
	int64_t bytes; /* by how much the files have become fewer */
};

void containr_pruned_release(struct containr_pruned *pruned);

/**
 * Removes the containers that do not run. What somebody starts or removes at the same time is left
 * to him.
 *
 * @ret_pruned: ids; the caller's to release, as of all three
 */
int containr_container_prune(struct containr *engine, const struct containr_prune_options *options,
			     struct containr_pruned *ret_pruned, struct containr_error *err);

/**
 * Removes images that have no name and no container; with options->all also those with a name.
 *
 * @ret_pruned: lines as of containr_image_remove()
 */
int containr_image_prune(struct containr *engine, const struct containr_prune_options *options,
			 struct containr_pruned *ret_pruned, struct containr_error *err);

/** Removes anonymous volumes that no container mounts; with options->all all of them. */
int containr_volume_prune(struct containr *engine, const struct containr_prune_options *options,
			  struct containr_pruned *ret_pruned, struct containr_error *err);

/**
 * Removes snapshots on which no container stands, and no other snapshot that is not removed as well.
 *
 * @ret_pruned: names
 */
int containr_snapshot_prune(struct containr *engine, const struct containr_prune_options *options,
			    struct containr_pruned *ret_pruned, struct containr_error *err);

struct containr_usage {
	size_t total;
	size_t active;	     /* that a container uses; of containers those that run */
	int64_t size_bytes;  /* of their files */
	int64_t reclaimable; /* bytes of those that are not active */
};

struct containr_disk_usage {
	struct containr_usage images;
	struct containr_usage containers; /* what they have written themselves */
	struct containr_usage volumes;
};

/** Adds up what lies on the disk. */
int containr_disk_usage_read(struct containr *engine, struct containr_disk_usage *ret_usage,
			     struct containr_error *err);

/** Adds up the files of a volume. Errors: VOLUME_NOT_FOUND. */
int containr_volume_size(struct containr *engine, const char *name, int64_t *ret_bytes,
			 struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
