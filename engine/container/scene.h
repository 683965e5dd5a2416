/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_SCENE_H
#define CONTAINER_SCENE_H

#include "container/launch.h"

/*
 * The file system of a container while its first process makes it, step by step (init_mounts.c). No
 * heap, no locks: this is between clone3 and execve.
 */

/* What a step works on. */
struct scene {
	const struct plan *plan;
	const struct log *log;
	int root; /* O_PATH */
	int null; /* the host's /dev/null, once it was needed; -1 before */
	const struct launch_trees *trees;
	int parent; /* where the last device or link was made; -1 before */
	size_t parent_len;
	const char *parent_path;
	struct containr_error *err;
};

/*
 * Descriptors of targets are left to process_close_others(), which ends them all in one call:
 * closing each would be a quarter of the child's system calls. A configuration with hundreds of
 * mounts must not run into the limit of descriptors, though.
 */
#define SCENE_TARGETS_LEFT_OPEN 256

void scene_close_if_many(const int *fd);

#define autotarget CLEANUP(scene_close_if_many)

/** Opens the folder that holds @target, unless it is the one that is open already. */
int scene_enter_parent(struct scene *scene, const char *target, const char **ret_name) MUST_CHECK;

/** To be called before something is mounted over the folder that is kept open. */
void scene_forget_parent(struct scene *scene);

/** Whether a mount on @target puts something over the folder that is kept open. */
bool scene_covers_parent(const struct scene *scene, const char *target);

/** Opens a target, a folder or a file, and creates it where it is missing. */
int scene_open_target(struct scene *scene, const char *target, enum root_node node,
		      int *ret_fd) MUST_CHECK;

/** Raises ROOTFS_MOUNT "cannot WHAT 'TARGET'" with errno. */
int scene_fail(struct scene *scene, const struct mount_step *step, const char *what);

/* The steps, by what they work on. */

/* scene_fs.c */
int scene_mount_fs(struct scene *scene, const struct mount_step *step) MUST_CHECK;
int scene_bind(struct scene *scene, const struct mount_step *step) MUST_CHECK;
/* scene_cgroups.c */
int scene_mount_cgroups(struct scene *scene, const struct mount_step *step) MUST_CHECK;
/* scene_nodes.c */
int scene_make_device(struct scene *scene, const struct mount_step *step) MUST_CHECK;
int scene_make_link(struct scene *scene, const struct mount_step *step) MUST_CHECK;
/* scene_masks.c */
int scene_mask(struct scene *scene, const struct mount_step *step) MUST_CHECK;
int scene_protect(struct scene *scene, const struct mount_step *step) MUST_CHECK;
int scene_protect_root(struct scene *scene, const struct mount_step *step) MUST_CHECK;

#endif
