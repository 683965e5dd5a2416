/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CLEANUP_H
#define CONTAINER_CLEANUP_H

#include "base/error.h"
#include "store/store.h"

/**
 * Takes down what a container left in the kernel and on disk when it ended: its cgroups, what lies
 * in the trash, and the folders of containers whose makers were killed.
 */
int container_cleanup(struct containr *engine, const char *id,
		      struct containr_error *err) MUST_CHECK;

/** Removes the cgroup of a container that has ended, and kills what is left in it. */
int container_remove_cgroup(const struct containr *engine, const char *id,
			    struct containr_error *err) MUST_CHECK;

/** Moves the folder @id out of sight if its maker was killed before it was a container. */
void container_sweep(const struct containr *engine, const char *id);

#endif
