/* SPDX-License-Identifier: MIT */
#include "container/scene.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/*
 * The file that hides others must be the real /dev/null: the container's could be a link to
 * anything by now (CVE-2025-31133).
 */
static int open_null(struct scene *scene)
{
	struct stat info;

	if (scene->null >= 0)
		return 0;
	scene->null = openat(AT_FDCWD, "/dev/null", O_PATH | O_CLOEXEC | O_NOFOLLOW);
	if (scene->null < 0 || fstat(scene->null, &info) < 0 || !S_ISCHR(info.st_mode) ||
	    info.st_rdev != makedev(1, 3))
		return fail(scene->err, CONTAINR_E_ROOTFS_MOUNT,
			    "the host's /dev/null is not the null device");
	return 0;
}

/* A path of the configuration that the container does not have needs neither hiding nor protection. */
static int open_existing(struct scene *scene, const struct mount_step *step, int *ret_target)
{
	int r = root_open(scene->root, step->target, ret_target, scene->err);

	if (r < 0 && scene->err->sys_errno != ENOENT && scene->err->sys_errno != ENOTDIR)
		return r;
	return 0;
}

int scene_mask(struct scene *scene, const struct mount_step *step)
{
	autotarget int target = -1;
	autotarget int tree = -1;
	struct stat info;
	int r = open_existing(scene, step, &target);

	if (r < 0 || target < 0)
		return r;
	if (fstat(target, &info) < 0)
		return scene_fail(scene, step, "look at");
	if (S_ISDIR(info.st_mode)) {
		if (mount_at(target, "tmpfs", "tmpfs", MS_RDONLY, "nr_blocks=1,nr_inodes=1") < 0)
			return scene_fail(scene, step, "hide");
		return 0;
	}
	r = open_null(scene);
	if (r < 0)
		return r;
	tree = mount_clone(scene->null, "", false);
	if (tree < 0 || mount_attach(tree, target) < 0)
		return scene_fail(scene, step, "hide");
	return 0;
}

/* A copy of the mount, read-only, over the path itself. What the mount has already, it keeps. */
int scene_protect(struct scene *scene, const struct mount_step *step)
{
	autotarget int target = -1;
	autotarget int tree = -1;
	int r = open_existing(scene, step, &target);

	if (r < 0 || target < 0)
		return r;
	tree = mount_clone(target, "", true);
	if (tree < 0 || mount_change(tree, MS_RDONLY, 0, 0) < 0 || mount_attach(tree, target) < 0)
		return scene_fail(scene, step, "protect");
	return 0;
}

int scene_protect_root(struct scene *scene, const struct mount_step *step)
{
	autotarget int top = -1;
	int r = root_open(scene->root, "/", &top, scene->err);

	if (r < 0)
		return r;
	if (mount_change(top, MS_RDONLY, 0, 0) < 0)
		return scene_fail(scene, step, "make read-only:");
	return 0;
}
