/* SPDX-License-Identifier: MIT */
#include "container/plan.h"

#include "base/cleanup.h"
#include "kernel/ns.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>

/* What every container has in /dev, however little its configuration says. config-linux.md */
static const struct oci_device default_devices[] = {
	{ .path = (char[]) { "/dev/null" }, .type = 'c', .major = 1, .minor = 3, .mode = 0666 },
	{ .path = (char[]) { "/dev/zero" }, .type = 'c', .major = 1, .minor = 5, .mode = 0666 },
	{ .path = (char[]) { "/dev/full" }, .type = 'c', .major = 1, .minor = 7, .mode = 0666 },
	{ .path = (char[]) { "/dev/random" }, .type = 'c', .major = 1, .minor = 8, .mode = 0666 },
	{ .path = (char[]) { "/dev/urandom" }, .type = 'c', .major = 1, .minor = 9, .mode = 0666 },
	{ .path = (char[]) { "/dev/tty" }, .type = 'c', .major = 5, .minor = 0, .mode = 0666 },
};

static const struct {
	const char *path;
	const char *points_to;
} default_links[] = {
	{ "/dev/ptmx", "pts/ptmx" },	      { "/dev/fd", "/proc/self/fd" },
	{ "/dev/stdin", "/proc/self/fd/0" },  { "/dev/stdout", "/proc/self/fd/1" },
	{ "/dev/stderr", "/proc/self/fd/2" },
};

static int add_step(struct plan *plan, const struct mount_step *step, struct containr_error *err)
{
	if (plan->step_count == plan->step_cap) {
		size_t cap = plan->step_cap ? plan->step_cap * 2 : 48;
		struct mount_step *steps = reallocarray(plan->steps, cap, sizeof(*steps));

		if (!steps)
			return fail_oom(err);
		plan->steps = steps;
		plan->step_cap = cap;
	}
	plan->steps[plan->step_count++] = *step;
	return 0;
}

static int add_path(struct plan *plan, enum mount_step_kind kind, const char *target,
		    struct containr_error *err)
{
	const struct mount_step step = { .kind = kind, .target = target };

	return add_step(plan, &step, err);
}

/*
 * The files of a new file system get the label that it is mounted with. Those of the kernel have
 * theirs by its policy, and what is mounted from the host keeps its own. mount(8), context=
 */
static void add_label(struct mount_step *step, const char *label)
{
	static const char *const labelled[] = { "tmpfs", "devpts", "ramfs" };

	for (size_t i = 0; label && *label && i < ARRAY_LEN(labelled); i++)
		if (step->kind == MOUNT_STEP_FS && strcmp(step->type, labelled[i]) == 0)
			str_appendf(&step->options.data, "%scontext=\"%s\"",
				    step->options.data.len ? "," : "", label);
}

static int add_config_mount(struct plan *plan, const struct oci_mount *mount,
			    struct containr_error *err)
{
	struct mount_step step = { .kind = MOUNT_STEP_FS,
				   .mount = mount,
				   .target = mount->destination,
				   .source = mount->source,
				   .tree = mount->tree,
				   .type = mount->type };
	int r;

	if (mount->destination[0] != '/')
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "mounts: destination '%s' is not absolute", mount->destination);
	r = mount_options_parse(mount->options.items, &step.options, err);
	if (r < 0)
		return fail_prefix(err, "mount of '%s'", mount->destination);
	if (step.options.copies_up && strcmp(mount->type, "tmpfs") != 0) {
		str_release(&step.options.data);
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "mount of '%s': tmpcopyup is for a tmpfs only", mount->destination);
	}
	/* runtime-spec config.md: mappings alone ask for it, too */
	if (mount->uid_map.count && !step.options.is_idmapped_recursively)
		step.options.is_idmapped = true;
	if (step.options.flags & MS_BIND || strcmp(mount->type, "bind") == 0) {
		step.kind = MOUNT_STEP_BIND;
		step.options.flags |= MS_BIND;
		if (mount->source[0] != '/')
			r = fail(err, CONTAINR_E_INVALID_CONFIG,
				 "mount of '%s': source '%s' is not absolute", mount->destination,
				 mount->source);
	} else if (strcmp(mount->type, "cgroup") == 0 || strcmp(mount->type, "cgroup2") == 0) {
		step.kind = MOUNT_STEP_CGROUP;
	} else if (step.options.is_idmapped || step.options.is_idmapped_recursively) {
		r = fail(err, CONTAINR_E_INVALID_CONFIG,
			 "mount of '%s': only bind mounts can be id-mapped", mount->destination);
	} else if (!*mount->type) {
		r = fail(err, CONTAINR_E_INVALID_CONFIG, "mount of '%s': has no type",
			 mount->destination);
	}
	add_label(&step, plan->config->mount_label);
	if (r == 0 && step.options.data.failed)
		r = fail_oom(err);
	if (r == 0)
		r = add_step(plan, &step, err);
	if (r < 0)
		str_release(&step.options.data);
	return r;
}

static int add_device(struct plan *plan, const struct oci_device *device,
		      struct containr_error *err)
{
	const struct mount_step step = {
		.kind = MOUNT_STEP_DEVICE,
		.target = device->path,
		.device_type = device->type,
		.major = device->major,
		.minor = device->minor,
		.mode = device->mode,
		.uid = device->uid,
		.gid = device->gid,
	};

	return add_step(plan, &step, err);
}

/* A /dev that is somebody else's, bound into the container, is left as it is. */
static bool has_own_dev(const struct oci_config *config)
{
	for (size_t i = 0; i < config->mount_count; i++)
		if (strcmp(config->mounts[i].destination, "/dev") == 0)
			return strcmp(config->mounts[i].type, "tmpfs") == 0;
	return true;
}

static int add_dev(struct plan *plan, struct containr_error *err)
{
	const struct oci_config *config = plan->config;
	int r = 0;

	if (!has_own_dev(config))
		return 0;
	for (size_t i = 0; i < ARRAY_LEN(default_devices) && r == 0; i++)
		r = add_device(plan, &default_devices[i], err);
	for (size_t i = 0; i < config->device_count && r == 0; i++)
		r = add_device(plan, &config->devices[i], err);
	for (size_t i = 0; i < ARRAY_LEN(default_links) && r == 0; i++) {
		const struct mount_step step = { .kind = MOUNT_STEP_LINK,
						 .target = default_links[i].path,
						 .source = default_links[i].points_to };

		r = add_step(plan, &step, err);
	}
	return r;
}

int plan_mounts(struct plan *plan, struct containr_error *err)
{
	const struct oci_config *config = plan->config;
	int r = 0;

	for (size_t i = 0; i < config->mount_count && r == 0; i++)
		r = add_config_mount(plan, &config->mounts[i], err);
	if (r == 0)
		r = add_dev(plan, err);
	for (size_t i = 0; i < config->readonly_paths.len && r == 0; i++)
		r = add_path(plan, MOUNT_STEP_READONLY, config->readonly_paths.items[i], err);
	for (size_t i = 0; i < config->masked_paths.len && r == 0; i++)
		r = add_path(plan, MOUNT_STEP_MASK, config->masked_paths.items[i], err);
	if (r == 0 && config->root_readonly)
		r = add_path(plan, MOUNT_STEP_ROOT_READONLY, "/", err);
	return r;
}
