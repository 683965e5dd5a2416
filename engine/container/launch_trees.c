/* SPDX-License-Identifier: MIT */
#include "container/launch.h"

#include "base/cleanup.h"
#include "kernel/mount.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

void launch_trees_release(struct launch_trees *trees)
{
	cleanup_close(&trees->root);
	for (size_t i = 0; i < trees->count; i++)
		cleanup_close(&trees->steps[i]);
	free(trees->steps);
	*trees = LAUNCH_TREES_INIT;
}

static bool wants_idmap(const struct mount_step *step)
{
	return step->options.is_idmapped || step->options.is_idmapped_recursively;
}

static int fail_step(const struct mount_step *step, const char *what, struct containr_error *err)
{
	return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot %s '%s' at '%s'", what, step->source,
			step->target);
}

/* The namespace whose ids a mount shows: of its own mappings, or of the container's. */
static int open_step_userns(const struct plan *plan, const struct mount_step *step, int *ret_fd,
			    struct containr_error *err)
{
	const struct oci_config *config = plan->config;
	const struct oci_mount *mount = step->mount;

	if (mount->uid_map.count)
		return userns_open(&mount->uid_map,
				   mount->gid_map.count ? &mount->gid_map : &mount->uid_map, ret_fd,
				   err);
	if (!config->uid_map.count)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "mount of '%s': idmap needs mappings, its own or those of a user "
			    "namespace",
			    step->target);
	return userns_open(&config->uid_map, &config->gid_map, ret_fd, err);
}

static int make_step_tree(const struct plan *plan, const struct mount_step *step, int *ret_tree,
			  struct containr_error *err)
{
	autoclose int userns = -1;
	autoclose int tree =
		step->tree ? fcntl(step->tree, F_DUPFD_CLOEXEC, 3)
			   : mount_clone(AT_FDCWD, step->source, step->options.flags & MS_REC);
	int r;

	if (tree < 0) {
		(void)fail_step(step, "mount", err);
		return fail_hint(err, "create the source first");
	}
	if (wants_idmap(step)) {
		r = open_step_userns(plan, step, &userns, err);
		if (r < 0)
			return r;
		if (mount_set_idmap(tree, userns, step->options.is_idmapped_recursively) < 0) {
			(void)fail_step(step, "map the ids of", err);
			return fail_hint(err, "its file system may not support id-mapped mounts");
		}
	}
	*ret_tree = steal_fd(&tree);
	return 0;
}

/*
 * The bundle's folder as it is: whoever asked for a user namespace has given it the owners that are
 * right there.
 */
static int make_root_tree(const struct plan *plan, int *ret_tree, struct containr_error *err)
{
	const struct rootfs *rootfs = plan->rootfs;

	if (rootfs->kind == ROOTFS_OVERLAY)
		return overlay_mount_mapped(plan, ret_tree, err);
	*ret_tree = mount_clone(AT_FDCWD, rootfs->path, true);
	if (*ret_tree < 0)
		return fail_sys(err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount the root folder '%s'",
				rootfs->path);
	return 0;
}

int launch_trees_make(const struct plan *plan, struct launch_trees *ret_trees,
		      struct containr_error *err)
{
	bool all = oci_namespace(plan->config, CLONE_NEWUSER) && !userns_is_rootless();
	bool any = all;
	int r = 0;

	for (size_t i = 0; i < plan->step_count; i++)
		any = any || wants_idmap(&plan->steps[i]);
	if (!any)
		return 0;
	ret_trees->steps = malloc(plan->step_count * sizeof(*ret_trees->steps) + 1);
	if (!ret_trees->steps)
		return fail_oom(err);
	for (; ret_trees->count < plan->step_count; ret_trees->count++)
		ret_trees->steps[ret_trees->count] = -1;
	for (size_t i = 0; i < plan->step_count && r == 0; i++)
		if (plan->steps[i].kind == MOUNT_STEP_BIND && (all || wants_idmap(&plan->steps[i])))
			r = make_step_tree(plan, &plan->steps[i], &ret_trees->steps[i], err);
	return r == 0 && all ? make_root_tree(plan, &ret_trees->root, err) : r;
}
