/* SPDX-License-Identifier: MIT */
#include "container/scene.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* In a user namespace nobody may make nodes: the host's, of the same name, is bound instead. */
static int bind_device(struct scene *scene, const struct mount_step *step)
{
	autotarget int tree = mount_clone(AT_FDCWD, step->target, false);
	autotarget int target = -1;
	struct stat info;
	int r;

	if (tree < 0 || fstat(tree, &info) < 0)
		return scene_fail(scene, step, "find the host's device");
	if (info.st_rdev != makedev(step->major, step->minor) ||
	    S_ISBLK(info.st_mode) != (step->device_type == 'b'))
		return fail(scene->err, CONTAINR_E_ROOTFS_MOUNT,
			    "the host's '%s' is not the device %u:%u", step->target, step->major,
			    step->minor);
	r = root_make(scene->root, step->target, ROOT_FILE, &target, scene->err);
	if (r < 0)
		return r;
	if (mount_attach(tree, target) < 0)
		return scene_fail(scene, step, "mount the device");
	return 0;
}

int scene_make_device(struct scene *scene, const struct mount_step *step)
{
	static const char types[] = "cbup";
	static const mode_t modes[] = { S_IFCHR, S_IFBLK, S_IFCHR, S_IFIFO };
	mode_t type = modes[strchr(types, step->device_type) - types];
	const char *name;
	int r = scene_enter_parent(scene, step->target, &name);

	if (r < 0)
		return r;
	if (mknodat(scene->parent, name, type | step->mode, makedev(step->major, step->minor)) <
	    0) {
		if (errno == EEXIST)
			return 0; /* the configuration repeats a default one */
		if (errno == EPERM && step->device_type != 'p')
			return bind_device(scene, step);
		return scene_fail(scene, step, "create the device");
	}
	if ((step->uid || step->gid) &&
	    fchownat(scene->parent, name, step->uid, step->gid, AT_SYMLINK_NOFOLLOW) < 0)
		return scene_fail(scene, step, "give away the device");
	return 0;
}

int scene_make_link(struct scene *scene, const struct mount_step *step)
{
	const char *name;
	int r = scene_enter_parent(scene, step->target, &name);

	if (r < 0)
		return r;
	if (symlinkat(step->source, scene->parent, name) < 0 && errno != EEXIST)
		return scene_fail(scene, step, "create the link");
	return 0;
}
