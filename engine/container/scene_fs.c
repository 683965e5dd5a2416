/* SPDX-License-Identifier: MIT */
#include "container/scene.h"

#include "base/cleanup.h"
#include "volume/copy_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

/* "rro" and its kin; a mount without them costs no call. */
static int change_all(const struct mount_options *options, int tree)
{
	if (!options->all_flags && !options->all_cleared)
		return 0;
	return mount_change_all(tree, options->all_flags, options->all_cleared);
}

static int set_propagation(struct scene *scene, const struct mount_step *step)
{
	autotarget int top = -1;
	int r;

	if (!step->options.propagation && !step->options.all_flags && !step->options.all_cleared)
		return 0;
	/* the descriptor of the target still shows what lay below the new mount */
	r = root_open(scene->root, step->target, &top, scene->err);
	if (r < 0)
		return r;
	if (step->options.propagation && mount_change(top, 0, 0, step->options.propagation) < 0)
		return scene_fail(scene, step, "set the propagation of");
	if (change_all(&step->options, top) < 0)
		return scene_fail(scene, step, "change the mounts at");
	return 0;
}

/*
 * File systems that show a namespace: whoever shares the host's, but is in a user namespace, may not
 * mount them, and gets the host's own.
 */
static const struct {
	const char *type;
	int ns;
	const char *source;
} shared_file_systems[] = {
	{ "sysfs", CLONE_NEWNET, "/sys" },
	{ "mqueue", CLONE_NEWIPC, "/dev/mqueue" },
	{ "proc", CLONE_NEWPID, "/proc" },
};

static const char *shared_source(const struct plan *plan, const char *type)
{
	for (size_t i = 0; i < ARRAY_LEN(shared_file_systems); i++)
		if (strcmp(shared_file_systems[i].type, type) == 0 &&
		    !oci_namespace(plan->config, shared_file_systems[i].ns))
			return shared_file_systems[i].source;
	return NULL;
}

static int bind_shared(struct scene *scene, const struct mount_step *step, int target)
{
	const char *source = shared_source(scene->plan, step->type);
	autotarget int tree = mount_clone(AT_FDCWD, source, true);

	/* what lies below is the host's as well: all of it gets the flags */
	if (tree < 0 || mount_change_all(tree, step->options.flags, 0) < 0 ||
	    mount_attach(tree, target) < 0)
		return fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT,
				"cannot mount the host's '%s' at '%s'", source, step->target);
	return 0;
}

/*
 * "tmpcopyup": what the image has at that place is seen through the descriptor from before the
 * mount. The heap of this child may be used here: whoever launches has no threads (start.c forks,
 * the runtime is a program of its own).
 */
static int copy_up(struct scene *scene, const struct mount_step *step, int from)
{
	autotarget int top = -1;
	autotarget int to = -1;
	int r = root_open(scene->root, step->target, &top, scene->err);

	if (r < 0)
		return r;
	to = openat(top, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (from < 0 || to < 0)
		return scene_fail(scene, step, "copy into");
	r = copy_tree(from, to, scene->err);
	if (r == 0 && step->options.flags & MS_RDONLY && mount_change(top, MS_RDONLY, 0, 0) < 0)
		return scene_fail(scene, step, "make read-only:");
	return r;
}

int scene_mount_fs(struct scene *scene, const struct mount_step *step)
{
	autotarget int target = -1;
	autotarget int from = -1;
	const char *data = step->options.data.len ? step->options.data.data : NULL;
	unsigned long flags = step->options.flags;
	int r = scene_open_target(scene, step->target, ROOT_FOLDER, &target);

	if (r < 0)
		return r;
	if (step->options.copies_up) {
		from = openat(target, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		flags &= ~(unsigned long)MS_RDONLY;
	}
	if (mount_at(target, step->source, step->type, flags, data) < 0) {
		if (errno == EPERM && shared_source(scene->plan, step->type))
			return bind_shared(scene, step, target);
		(void)fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount %s at '%s'",
			       step->type, step->target);
		if (data && scene->err->sys_errno == EINVAL)
			return fail_hint(scene->err, "the kernel refuses its options '%s'", data);
		return -scene->err->code;
	}
	if (step->options.copies_up)
		r = copy_up(scene, step, from);
	return r < 0 ? r : set_propagation(scene, step);
}

static int fail_bind(struct scene *scene, const struct mount_step *step)
{
	return fail_sys(scene->err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount '%s' at '%s'",
			step->source, step->target);
}

/* What is to be bound: made by the parent, handed in, or found by its path. */
static int open_source(struct scene *scene, const struct mount_step *step)
{
	const struct launch_trees *trees = scene->trees;
	ptrdiff_t index = step - scene->plan->steps;

	if (trees->steps && trees->steps[index] >= 0)
		return trees->steps[index];
	return step->tree ? step->tree
			  : mount_clone(AT_FDCWD, step->source, step->options.flags & MS_REC);
}

/* The source is looked at once: the clone is of what was found, whatever its path becomes. */
int scene_bind(struct scene *scene, const struct mount_step *step)
{
	const struct mount_options *options = &step->options;
	autotarget int tree = open_source(scene, step);
	autotarget int target = -1;
	struct stat info;
	int r;

	if (tree < 0 || fstat(tree, &info) < 0) {
		(void)fail_bind(scene, step);
		return fail_hint(scene->err, "create the source first");
	}
	r = scene_open_target(scene, step->target, S_ISDIR(info.st_mode) ? ROOT_FOLDER : ROOT_FILE,
			      &target);
	if (r < 0)
		return r;
	if (mount_change(tree, options->flags, options->cleared, options->propagation) < 0 ||
	    change_all(options, tree) < 0 || mount_attach(tree, target) < 0)
		return fail_bind(scene, step);
	return 0;
}
