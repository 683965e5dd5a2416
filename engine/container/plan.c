/* SPDX-License-Identifier: MIT */
#include "container/plan.h"

#include "base/cleanup.h"
#include "kernel/ns.h"

#include <sched.h>
#include <string.h>
#include <sys/mount.h>

void rootfs_release(struct rootfs *rootfs)
{
	free(rootfs->path);
	free(rootfs->base);
	strv_release(&rootfs->lower);
	free(rootfs->upper);
	free(rootfs->work);
	*rootfs = (struct rootfs) { 0 };
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->step_count; i++)
		str_release(&plan->steps[i].options.data);
	free(plan->steps);
	free(plan->device_rules);
	cgroup_plan_release(&plan->cgroup);
	scope_plan_release(&plan->scope);
	seccomp_filter_release(&plan->seccomp);
	*plan = (struct plan) { 0 };
}

static int plan_namespaces(struct plan *plan, struct containr_error *err)
{
	const struct oci_config *config = plan->config;

	for (size_t i = 0; i < config->namespace_count; i++) {
		const struct oci_namespace *ns = &config->namespaces[i];

		if (ns->path)
			continue;
		if (ns->flag == CLONE_NEWCGROUP)
			plan->new_cgroup_ns = true;
		else if (ns->flag == NS_NEWTIME)
			plan->new_time_ns = true;
		else
			plan->clone_flags |= (unsigned long)ns->flag;
	}
	plan->new_mount_ns = plan->clone_flags & CLONE_NEWNS;
	plan->new_user_ns = plan->clone_flags & CLONE_NEWUSER;
	plan->loopback_up = plan->clone_flags & CLONE_NEWNET;
	if (!plan->new_mount_ns)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.namespaces: a new mount namespace is required");
	if (config->net_device_count && !oci_namespace(config, CLONE_NEWNET))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.netDevices: needs a network namespace");
	if (config->hostname && *config->hostname && !oci_namespace(config, CLONE_NEWUTS))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "hostname: needs a uts namespace, the host would be renamed");
	if (config->domainname && *config->domainname && !oci_namespace(config, CLONE_NEWUTS))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "domainname: needs a uts namespace, the host's would change");
	return 0;
}

/* Ids without a namespace, or a namespace without ids, would run as somebody that nobody meant. */
static int check_ids(const struct plan *plan, struct containr_error *err)
{
	const struct oci_config *config = plan->config;
	uint32_t ignored;

	if (plan->new_user_ns && !(idmap_to_outside(&config->uid_map, 0, &ignored) &&
				   idmap_to_outside(&config->gid_map, 0, &ignored))) {
		(void)fail(err, CONTAINR_E_INVALID_CONFIG,
			   "linux.uidMappings and linux.gidMappings: a new user namespace needs a "
			   "mapping of id 0 in both");
		return fail_hint(err, "give both {\"containerID\": 0, \"hostID\": ..., "
				      "\"size\": ...}");
	}
	if (!oci_namespace(config, CLONE_NEWUSER) &&
	    (config->uid_map.count || config->gid_map.count))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.uidMappings: there is no user namespace in linux.namespaces");
	if (!plan->new_time_ns && (config->monotonic.is_set || config->boottime.is_set))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.timeOffsets: there is no new time namespace in "
			    "linux.namespaces");
	return 0;
}

static int plan_propagation(struct plan *plan, struct containr_error *err)
{
	const char *name = plan->config->rootfs_propagation;

	/* slave: what the host mounts later shows up, what the container mounts stays its own */
	plan->propagation = MS_SLAVE | MS_REC;
	if (!name || !*name)
		return 0;
	plan->propagation = mount_propagation_from_name(name);
	if (!plan->propagation)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.rootfsPropagation: unknown propagation '%s'", name);
	return 0;
}

/*
 * Only what belongs to the container's own namespaces may be set, anything else is the host's.
 * sysctl(8), runtime-spec config-linux.md.
 */
static int check_sysctls(const struct plan *plan, struct containr_error *err)
{
	static const struct {
		const char *prefix;
		int ns;
	} allowed[] = {
		{ "net.", CLONE_NEWNET },
		{ "fs.mqueue.", CLONE_NEWIPC },
		{ "kernel.msg", CLONE_NEWIPC },
		{ "kernel.shm", CLONE_NEWIPC },
		{ "kernel.sem=", CLONE_NEWIPC },
		{ "kernel.domainname=", CLONE_NEWUTS },
		{ "kernel.hostname=", CLONE_NEWUTS },
	};
	const struct oci_config *config = plan->config;

	for (size_t i = 0; i < config->sysctls.len; i++) {
		const char *item = config->sysctls.items[i];
		bool fine = false;

		for (size_t k = 0; k < ARRAY_LEN(allowed); k++)
			fine = fine || (str_starts_with(item, allowed[k].prefix) &&
					oci_namespace(config, allowed[k].ns));
		if (!fine || strstr(item, ".."))
			return fail(err, CONTAINR_E_INVALID_CONFIG,
				    "linux.sysctl: '%s' would change the host", item);
	}
	return 0;
}

int plan_build(const struct oci_config *config, const struct rootfs *rootfs, const char *id,
	       const struct cgroup_host *host, struct plan *ret_plan, struct containr_error *err)
{
	struct plan plan = { .config = config, .rootfs = rootfs, .id = id, .host = *host };
	int r = plan_namespaces(&plan, err);

	if (r == 0)
		r = check_ids(&plan, err);
	if (r == 0)
		r = plan_propagation(&plan, err);
	if (r == 0)
		r = check_sysctls(&plan, err);
	if (r == 0)
		r = plan_mounts(&plan, err);
	if (r == 0)
		r = plan_cgroup(&plan, err);
	if (r == 0)
		r = oci_seccomp_compile(config, &plan.seccomp, err);
	if (r < 0) {
		plan_release(&plan);
		return r;
	}
	*ret_plan = plan;
	return 0;
}
