/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_VIEW_H
#define CONTAINER_VIEW_H

#include "base/error.h"
#include "image/layer_mount.h"
#include "store/store.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * The files of a container as it sees them, running or not, for a process that works on them: a child,
 * which joins the container's user namespace, or mounts its layers in a mount namespace of its own,
 * and is gone with them. The child goes by the one descriptor that it gets: what it resolves, it has
 * to resolve in that root (root_open() in kernel/mount.h).
 */

enum {
	VIEW_WRITE = 1 << 0, /* a container that does not run is not started meanwhile */
	VIEW_MOUNTS =
		1 << 1, /* with volumes and folders of the host, which a running one has anyway */
};

/* Returns 0 or an error in @err, which view_finish() returns. */
typedef int view_work(int root, void *context, struct containr_error *err);

struct view {
	const struct containr *engine;
	struct layer_hold layers;
	pid_t pid;
	int report; /* gets the child's error */
};

/**
 * Starts @work in a child. The caller must have one thread.
 *
 * Errors: CONTAINER_NOT_FOUND; the rest is told by view_finish().
 */
int view_start(struct containr *engine, const char *container, unsigned int flags, view_work *work,
	       void *context, struct view *ret_view, struct containr_error *err) MUST_CHECK;

/** Waits for the child. Errors: those of @work; ROOTFS_MOUNT, NAMESPACE_SETUP. */
int view_finish(struct view *view, struct containr_error *err) MUST_CHECK;

#endif
