/* SPDX-License-Identifier: MIT */
#include "container/launch.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "image/layer_mount.h"
#include "kernel/mount.h"
#include "kernel/userns.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Image layers under a user namespace that root made. They are stored with the owners that the
 * image gives them; an id-mapped view of the state folder shows these as the namespace's own, so
 * that nothing is copied or given away. What the container writes has its own ids on the disk, too:
 * overlayfs works in the writable folders as the host's root, who is nobody in such a view.
 */

/* What the overlay is made of; a detached mount is gone with its last descriptor. */
struct layers {
	int view; /* of the state folder */
	int userns;
	int *mounts; /* of layers that are mounted, each in a view of its own */
	size_t count;
};

static void layers_release(const struct layers *layers)
{
	for (size_t i = 0; i < layers->count; i++)
		cleanup_close(&layers->mounts[i]);
	free(layers->mounts);
}

static int set_mounted_layer(int context, struct layers *layers, const char *base,
			     const char *lower)
{
	autofree char *path = path_join(base, lower);
	int layer = path ? mount_clone(AT_FDCWD, path, false) : -1;
	char name[40];

	if (layer < 0)
		return -1;
	layers->mounts[layers->count++] = layer;
	(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", layer);
	return mount_set_idmap(layer, layers->userns, false) < 0
		       ? -1
		       : mount_context_set(context, "lowerdir+", name);
}

static int set_layers(int context, struct layers *layers, const struct rootfs *rootfs)
{
	layers->mounts = calloc(rootfs->lower.len, sizeof(*layers->mounts));
	if (!layers->mounts || fchdir(layers->view) < 0)
		return -1;
	for (size_t i = 0; i < rootfs->lower.len; i++) {
		const char *lower = rootfs->lower.items[i];

		if ((layer_mount_is_needed(lower)
			     ? set_mounted_layer(context, layers, rootfs->base, lower)
			     : mount_context_set(context, "lowerdir+", lower)) < 0)
			return -1;
	}
	if (chdir(rootfs->base) < 0 || mount_context_set(context, "upperdir", rootfs->upper) < 0 ||
	    mount_context_set(context, "workdir", rootfs->work) < 0)
		return -1;
	return rootfs->is_volatile ? mount_context_set(context, "volatile", NULL) : 0;
}

/* The names of the layers are relative to the working folder. */
static int mount_in(int view, int userns, const struct rootfs *rootfs, int *ret_tree,
		    struct containr_error *err)
{
	__attribute__((cleanup(layers_release))) struct layers layers = { .view = view,
									  .userns = userns };
	autoclose int context = mount_context_open("overlay");
	autoclose int before = openat(AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	autoclose int tree = -1;

	if (context >= 0 && before >= 0 && set_layers(context, &layers, rootfs) == 0)
		tree = mount_context_finish(context);
	if (tree < 0) {
		(void)fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
			       "cannot mount the image for a user namespace");
		(void)fail_hint(err, "this needs Linux 6.15, and a file system that supports "
				     "id-mapped mounts");
	}
	if (before >= 0 && fchdir(before) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot return to the folder");
	if (tree < 0)
		return -err->code;
	*ret_tree = steal_fd(&tree);
	return 0;
}

int overlay_mount_mapped(const struct plan *plan, int *ret_tree, struct containr_error *err)
{
	autoclose int userns = -1;
	autoclose int view = mount_clone(AT_FDCWD, plan->rootfs->base, false);
	int r;

	if (view < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount '%s'",
				plan->rootfs->base);
	r = userns_open(&plan->config->uid_map, &plan->config->gid_map, &userns, err);
	if (r < 0)
		return r;
	if (mount_set_idmap(view, userns, false) < 0) {
		(void)fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot map the ids of '%s'",
			       plan->rootfs->base);
		return fail_hint(err, "its file system may not support id-mapped mounts");
	}
	return mount_in(view, userns, plan->rootfs, ret_tree, err);
}
