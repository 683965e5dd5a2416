/* SPDX-License-Identifier: MIT */
#include "container/scene.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <limits.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * One hierarchy, at @place in the working folder: a view of its own in a cgroup namespace, else the
 * container's folder of the host's.
 */
static int mount_hierarchy(struct scene *scene, const struct mount_step *step,
			   enum cgroup_controller controller, const char *place)
{
	const struct plan *plan = scene->plan;
	const char *name = cgroup_controller_name(controller);
	bool v2_host = plan->host.layout == CGROUP_LAYOUT_V2;
	bool unified = controller == CGROUP_UNIFIED;
	unsigned long flags = step->options.flags & ~(unsigned long)MS_REC;
	autotarget int target = -1;
	autotarget int tree = -1;
	char source[PATH_MAX];

	if (plan->new_cgroup_ns) {
		if (mount("cgroup", place, unified ? "cgroup2" : "cgroup", flags,
			  unified ? NULL : name) < 0)
			return scene_fail(scene, step, "mount the cgroups at");
		return 0;
	}
	(void)snprintf(source, sizeof(source), "/sys/fs/cgroup%s%s%s", v2_host ? "" : "/",
		       v2_host ? "" : name, plan->cgroup.path);
	target = openat(AT_FDCWD, place, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	tree = mount_clone(AT_FDCWD, source, false);
	if (target < 0 || tree < 0 || mount_change(tree, flags, step->options.cleared, 0) < 0 ||
	    mount_attach(tree, target) < 0)
		return scene_fail(scene, step, "mount the cgroups at");
	return 0;
}

/* The folders of v1 and hybrid hosts, in a tmpfs that is too new to hold anybody's links. */
static int mount_hierarchies(struct scene *scene, const struct mount_step *step)
{
	const struct plan *plan = scene->plan;
	int r = 0;

	for (int i = 0; i < CGROUP_CONTROLLER_COUNT && r == 0; i++) {
		const char *name = cgroup_controller_name((enum cgroup_controller)i);

		if (!(plan->cgroup.used & CGROUP_BIT(i)))
			continue;
		if (mkdir(name, 0755) < 0)
			return scene_fail(scene, step, "create a folder in");
		r = mount_hierarchy(scene, step, (enum cgroup_controller)i, name);
	}
	return r;
}

int scene_mount_cgroups(struct scene *scene, const struct mount_step *step)
{
	const unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOEXEC;
	bool v2_host = scene->plan->host.layout == CGROUP_LAYOUT_V2 && scene->plan->cgroup.used;
	autotarget int target = -1;
	autotarget int top = -1;
	int r = scene_open_target(scene, step->target, ROOT_FOLDER, &target);

	if (r < 0)
		return r;
	if (!v2_host && mount_at(target, "tmpfs", "tmpfs", flags, "mode=755,size=64k") < 0)
		return scene_fail(scene, step, "mount the cgroups at");
	r = root_open(scene->root, step->target, &top, scene->err);
	if (r == 0 && fchdir(top) < 0)
		return scene_fail(scene, step, "enter");
	if (r == 0)
		r = v2_host ? mount_hierarchy(scene, step, CGROUP_UNIFIED, ".")
			    : mount_hierarchies(scene, step);
	if (r == 0 && !v2_host && step->options.flags & MS_RDONLY &&
	    mount_change(top, MS_RDONLY, 0, 0) < 0)
		return scene_fail(scene, step, "change the mount at");
	return r;
}
