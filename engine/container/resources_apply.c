/* SPDX-License-Identifier: MIT */
#include "container/resources_apply.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "container/plan_limits.h"
#include "container/scope.h"
#include "kernel/cgroup.h"

#include <inttypes.h>
#include <string.h>

/* memory.checkBeforeUpdate: no limit that would have the kernel kill at once. */
static int check_memory(const struct cgroup_plan *plan, const struct limits *limits,
			struct containr_error *err)
{
	const char *file = limits->v2 ? "memory.current" : "memory.usage_in_bytes";
	autocgroup cgroup = CGROUP_INIT;
	int64_t limit = limits->resources->memory_limit;
	int64_t used = 0;
	int r;

	if (!limits->resources->memory_checked || limit <= 0)
		return 0;
	r = cgroup_open(limits->host, plan->path, &cgroup, err);
	if (r < 0 || !cgroup_read_number(&cgroup, CGROUP_MEMORY, file, &used) || used <= limit)
		return r;
	return fail(err, CONTAINR_E_CGROUP_APPLY_LIMITS,
		    "memory limit %" PRId64 " is below what is used, %" PRId64, limit, used);
}

/* systemd would set what it knows again. */
static int tell_systemd(const char *libexec, const struct cgroup_place *place,
			const struct cgroup_plan *plan, struct containr_error *err)
{
	autostrv properties = { 0 };
	int r;

	if (place->manager == CGROUP_MANAGER_CGROUPFS)
		return 0;
	r = scope_add_limits(plan, &properties, err);
	return r < 0 ? r
		     : scope_set(libexec, place->manager == CGROUP_MANAGER_SYSTEMD_USER,
				 path_basename(place->path), &properties, err);
}

int resources_apply(const char *libexec, const struct cgroup_place *place,
		    const struct oci_resources *resources, struct containr_error *err)
{
	struct cgroup_plan plan = { .path = strdup(place->path),
				    .is_given = place->manager != CGROUP_MANAGER_CGROUPFS };
	struct cgroup_host host;
	struct limits limits;
	int r;

	cgroup_host_probe(&host);
	if (plan.is_given)
		cgroup_host_given(&host);
	limits = limits_init(resources, &host, &plan, err);
	r = plan.path ? plan_limits(&limits) : fail_oom(err);
	if (r == 0)
		r = check_memory(&plan, &limits, err);
	/* the files last: what they say, after systemd has rounded it, is what was asked for */
	if (r == 0)
		r = tell_systemd(libexec, place, &plan, err);
	if (r == 0)
		r = cgroup_update(&host, &plan, err);
	cgroup_plan_release(&plan);
	return r;
}
