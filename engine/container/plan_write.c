/* SPDX-License-Identifier: MIT */
#include "container/plan.h"

#include "kernel/ns.h"

#include <sched.h>

static const char *const step_names[] = {
	[MOUNT_STEP_FS] = "mount",	     [MOUNT_STEP_BIND] = "bind",
	[MOUNT_STEP_CGROUP] = "cgroups",     [MOUNT_STEP_DEVICE] = "device",
	[MOUNT_STEP_LINK] = "link",	     [MOUNT_STEP_MASK] = "mask",
	[MOUNT_STEP_READONLY] = "read-only", [MOUNT_STEP_ROOT_READONLY] = "root-read-only",
};

static void write_namespaces(struct json_writer *w, const struct plan *plan)
{
	json_open_array(w, "namespaces");
	for (size_t i = 0; i < ns_kind_count; i++) {
		const struct oci_namespace *ns = oci_namespace(plan->config, ns_kinds[i].flag);

		if (!ns)
			continue;
		json_open_object(w, NULL);
		json_string(w, "type", ns_kinds[i].oci_name);
		json_string(w, "action", ns->path ? "join" : "create");
		if (ns->path)
			json_string(w, "path", ns->path);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_rootfs(struct json_writer *w, const struct rootfs *rootfs)
{
	json_open_object(w, "rootfs");
	json_string(w, "kind", rootfs->kind == ROOTFS_OVERLAY ? "overlay" : "bind");
	json_string(w, "path", rootfs->path);
	if (rootfs->kind == ROOTFS_OVERLAY) {
		json_string(w, "base", rootfs->base);
		json_strings(w, "lower", rootfs->lower.items);
		json_string(w, "upper", rootfs->upper);
		json_string(w, "work", rootfs->work);
		json_bool(w, "volatile", rootfs->is_volatile);
	}
	json_close_object(w);
}

static void write_step(struct json_writer *w, const struct mount_step *step)
{
	json_open_object(w, NULL);
	json_string(w, "action", step_names[step->kind]);
	json_string(w, "target", step->target);
	if (step->source)
		json_string(w, "source", step->source);
	if (step->type)
		json_string(w, "type", step->type);
	if (step->options.flags)
		json_uint(w, "flags", step->options.flags);
	if (step->options.data.len)
		json_string(w, "data", step->options.data.data);
	if (step->kind == MOUNT_STEP_DEVICE) {
		json_string_len(w, "device", &step->device_type, 1);
		json_uint(w, "major", step->major);
		json_uint(w, "minor", step->minor);
		json_uint(w, "mode", step->mode);
	}
	json_close_object(w);
}

static void write_cgroup(struct json_writer *w, const struct plan *plan)
{
	json_open_object(w, "cgroup");
	json_string(w, "layout", cgroup_layout_name(plan->host.layout));
	json_string(w, "path", plan->cgroup.path);
	if (plan->scope.unit) {
		json_string(w, "unit", plan->scope.unit);
		json_strings(w, "properties", plan->scope.properties.items);
	}
	json_open_array(w, "hierarchies");
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++)
		if (plan->cgroup.used & CGROUP_BIT(i))
			json_string(w, NULL, cgroup_controller_name((enum cgroup_controller)i));
	json_close_array(w);
	json_open_array(w, "writes");
	for (size_t i = 0; i < plan->cgroup.write_count; i++) {
		json_open_object(w, NULL);
		json_string(w, "file", plan->cgroup.writes[i].file);
		json_string(w, "value", plan->cgroup.writes[i].value);
		json_close_object(w);
	}
	json_close_array(w);
	json_close_object(w);
}

static void write_process(struct json_writer *w, const struct plan *plan)
{
	const struct oci_process *process = &plan->config->process;

	json_open_object(w, "process");
	json_strings(w, "args", process->args.items);
	json_strings(w, "env", process->env.items);
	json_string(w, "cwd", process->cwd);
	json_string(w, "user", process->user.name ? process->user.name : "");
	json_bool(w, "terminal", process->terminal);
	json_open_array(w, "capabilities");
	for (int cap = 0; cap < 64; cap++)
		if (process->caps.effective & CAPS_BIT(cap) && caps_name(cap))
			json_string(w, NULL, caps_name(cap));
	json_close_array(w);
	json_bool(w, "no_new_privileges", process->no_new_privileges);
	json_uint(w, "seccomp_instructions", plan->seccomp.len);
	json_close_object(w);
}

void plan_write(struct json_writer *writer, const struct plan *plan)
{
	json_open_object(writer, NULL);
	json_string(writer, "id", plan->id);
	write_namespaces(writer, plan);
	write_cgroup(writer, plan);
	write_rootfs(writer, plan->rootfs);
	json_open_array(writer, "mounts");
	for (size_t i = 0; i < plan->step_count; i++)
		write_step(writer, &plan->steps[i]);
	json_close_array(writer);
	if (plan->config->hostname)
		json_string(writer, "hostname", plan->config->hostname);
	json_bool(writer, "loopback_up", plan->loopback_up);
	write_process(writer, plan);
	json_close_object(writer);
}
