/* SPDX-License-Identifier: MIT */
#include "container/scene.h"

#include "base/cleanup.h"
#include "container/overlay.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static int apply_step(struct scene *scene, const struct mount_step *step)
{
	if (step->kind <= MOUNT_STEP_CGROUP && scene_covers_parent(scene, step->target))
		scene_forget_parent(scene);
	switch (step->kind) {
	case MOUNT_STEP_FS:
		return scene_mount_fs(scene, step);
	case MOUNT_STEP_BIND:
		return scene_bind(scene, step);
	case MOUNT_STEP_CGROUP:
		return scene_mount_cgroups(scene, step);
	case MOUNT_STEP_DEVICE:
		return scene_make_device(scene, step);
	case MOUNT_STEP_LINK:
		return scene_make_link(scene, step);
	case MOUNT_STEP_MASK:
		return scene_mask(scene, step);
	case MOUNT_STEP_READONLY:
		return scene_protect(scene, step);
	case MOUNT_STEP_ROOT_READONLY:
		return scene_protect_root(scene, step);
	}
	return 0;
}

/* A root that the parent made needs no place of its own: it covers the host's, and replaces it. */
static int attach_root(int tree, struct containr_error *err)
{
	autoclose int top = openat(AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (top < 0 || mount_attach(tree, top) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the root folder");
	return 0;
}

static int mount_root(const struct init_args *args, struct containr_error *err)
{
	const struct rootfs *rootfs = args->launch->plan->rootfs;

	if (rootfs->kind == ROOTFS_BIND) {
		/* pivot_root(2) wants a mount point */
		if (mount(rootfs->path, rootfs->path, NULL, MS_BIND | MS_REC, NULL) < 0)
			return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
					"cannot mount the root folder '%s'", rootfs->path);
		return 0;
	}
	if (overlay_mount(rootfs, args->overlay, args->overlay_flags) < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the image at '%s'",
				rootfs->path);
	return 0;
}

int init_mounts(const struct init_args *args, int *ret_root, struct containr_error *err)
{
	const struct plan *plan = args->launch->plan;
	struct scene scene = { .plan = plan,
			       .trees = args->trees,
			       .log = args->launch->log,
			       .root = -1,
			       .null = -1,
			       .parent = -1,
			       .err = err };
	autoclose int root = -1;
	int r;

	/* nodes and folders get the mode they are given; the container's own umask is set later */
	(void)umask(0);
	/* nothing of what is mounted now may show up on the host, whatever its mounts share */
	if (mount(NULL, "/", NULL,
		  MS_REC | (plan->propagation & MS_PRIVATE ? MS_PRIVATE : MS_SLAVE), NULL) < 0) {
		(void)fail_sys(err, CONTAINR_E_ROOTFS_MOUNT,
			       "cannot detach from the host's mounts");
		return fail_hint(err, "the root folder has to be a mount point; in a chroot, "
				      "mount --bind it on itself first");
	}
	r = args->trees->root >= 0 ? attach_root(args->trees->root, err) : mount_root(args, err);
	if (r < 0)
		return r;
	root = args->trees->root >= 0
		       ? fcntl(args->trees->root, F_DUPFD_CLOEXEC, 3)
		       : openat(AT_FDCWD, plan->rootfs->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot open the root folder '%s'",
				plan->rootfs->path);
	scene.root = root;
	for (size_t i = 0; i < plan->step_count && r == 0; i++)
		r = apply_step(&scene, &plan->steps[i]);
	if (r == 0)
		*ret_root = steal_fd(&root);
	return r;
}
