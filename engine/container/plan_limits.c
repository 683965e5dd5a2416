/* SPDX-License-Identifier: MIT */
#include "container/plan_limits.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Limits of the kernel: below these it refuses, or the container could not even start. */
#define CPU_PERIOD_MIN 1000
#define CPU_PERIOD_MAX 1000000
#define CPU_QUOTA_MIN 1000
#define CPU_PERIOD_DEFAULT 100000

static char *number(int64_t value)
{
	char *text = NULL;

	if (value == -1)
		return strdup("-1");
	return asprintf(&text, "%" PRId64, value) < 0 ? NULL : text;
}

static char *number_or_max(int64_t value)
{
	return value == -1 ? strdup("max") : number(value);
}

static int fail_limit(struct limits *b, enum cgroup_controller controller, const char *limit)
{
	if (!b->host->is_denied)
		return fail(b->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
			    "cannot set %s: the host has no %s controller", limit,
			    cgroup_controller_name(controller));
	(void)fail(b->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
		   "cannot set %s: an ordinary user has no cgroups here", limit);
	return fail_hint(b->err,
			 b->host->layout == CGROUP_LAYOUT_V2
				 ? "run it in a delegated cgroup: systemd-run --user --scope "
				   "-p Delegate=yes containr ..."
				 : "run it as root, or without limits");
}

/* Asks for a hierarchy; a limit that cannot be set is an error, never silently left out. */
int limits_need(struct limits *b, enum cgroup_controller controller, const char *limit)
{
	const struct cgroup_host *host = b->host;

	if (b->v2) {
		if (!(host->v2 & CGROUP_BIT(controller)))
			return fail_limit(b, controller, limit);
		b->cgroup->v2_enable |= CGROUP_BIT(controller);
		return 0;
	}
	if (!(host->v1 & CGROUP_BIT(controller)))
		return fail_limit(b, controller, limit);
	b->cgroup->used |= CGROUP_BIT(controller);
	return 0;
}

int limits_add(struct limits *b, enum cgroup_controller controller, const char *file, char *value)
{
	int r = limits_need(b, controller, file);

	if (r < 0) {
		free(value);
		return r;
	}
	return cgroup_plan_add(b->cgroup, controller, file, value, b->err);
}

static bool is_set(int64_t value)
{
	return value != OCI_UNSET && value != 0;
}

static int plan_memory_v1(struct limits *b)
{
	const struct oci_resources *limits = b->resources;
	int r = 0;

	if (is_set(limits->memory_limit))
		r = limits_add(b, CGROUP_MEMORY, "memory.limit_in_bytes",
			       number(limits->memory_limit));
	if (r == 0 && is_set(limits->memory_swap))
		r = limits_add(b, CGROUP_MEMORY, "memory.memsw.limit_in_bytes",
			       number(limits->memory_swap));
	if (r == 0 && is_set(limits->memory_reservation))
		r = limits_add(b, CGROUP_MEMORY, "memory.soft_limit_in_bytes",
			       number(limits->memory_reservation));
	return r;
}

static int plan_memory_v2(struct limits *b)
{
	const struct oci_resources *limits = b->resources;
	int64_t swap = limits->memory_swap;
	int r = 0;

	if (is_set(limits->memory_limit))
		r = limits_add(b, CGROUP_MEMORY, "memory.max", number_or_max(limits->memory_limit));
	/* the configuration counts memory and swap together, v2 counts swap alone */
	if (is_set(swap) && swap > 0 && limits->memory_limit > 0)
		swap -= limits->memory_limit;
	if (r == 0 && is_set(limits->memory_swap))
		r = limits_add(b, CGROUP_MEMORY, "memory.swap.max", number_or_max(swap));
	if (r == 0 && is_set(limits->memory_reservation))
		r = limits_add(b, CGROUP_MEMORY, "memory.low",
			       number_or_max(limits->memory_reservation));
	return r;
}

static int plan_memory(struct limits *b)
{
	const struct oci_resources *limits = b->resources;

	if (limits->memory_swap > 0 && limits->memory_limit > 0 &&
	    limits->memory_swap < limits->memory_limit)
		return fail(b->err, CONTAINR_E_INVALID_CONFIG,
			    "memory swap limit (%" PRId64 ") is below the memory limit (%" PRId64
			    ")",
			    limits->memory_swap, limits->memory_limit);
	return b->v2 ? plan_memory_v2(b) : plan_memory_v1(b);
}

/* Shares of v1 (2 to 262144) as a weight of v2 (1 to 10000), as runc and crun convert them. */
static int64_t weight_of_shares(int64_t shares)
{
	if (shares < 2)
		shares = 2;
	if (shares > 262144)
		shares = 262144;
	return 1 + (shares - 2) * 9999 / 262142;
}

static int check_cpu(struct limits *b)
{
	const struct oci_resources *limits = b->resources;

	if (is_set(limits->cpu_period) &&
	    (limits->cpu_period < CPU_PERIOD_MIN || limits->cpu_period > CPU_PERIOD_MAX))
		return fail(b->err, CONTAINR_E_INVALID_CONFIG,
			    "cpu period %" PRId64 " is out of range (%d to %d microseconds)",
			    limits->cpu_period, CPU_PERIOD_MIN, CPU_PERIOD_MAX);
	if (limits->cpu_quota > 0 && limits->cpu_quota < CPU_QUOTA_MIN)
		return fail(b->err, CONTAINR_E_INVALID_CONFIG,
			    "cpu quota %" PRId64 " is below the minimum of %d microseconds",
			    limits->cpu_quota, CPU_QUOTA_MIN);
	return 0;
}

static int plan_cpu_v1(struct limits *b)
{
	const struct oci_resources *limits = b->resources;
	int r = 0;

	if (is_set(limits->cpu_shares))
		r = limits_add(b, CGROUP_CPU, "cpu.shares", number(limits->cpu_shares));
	if (r == 0 && is_set(limits->cpu_period))
		r = limits_add(b, CGROUP_CPU, "cpu.cfs_period_us", number(limits->cpu_period));
	if (r == 0 && is_set(limits->cpu_quota))
		r = limits_add(b, CGROUP_CPU, "cpu.cfs_quota_us", number(limits->cpu_quota));
	return r;
}

static int plan_cpu_v2(struct limits *b)
{
	const struct oci_resources *limits = b->resources;
	int r = 0;

	if (is_set(limits->cpu_shares))
		r = limits_add(b, CGROUP_CPU, "cpu.weight",
			       number(weight_of_shares(limits->cpu_shares)));
	if (r == 0 && (is_set(limits->cpu_quota) || is_set(limits->cpu_period))) {
		int64_t period =
			is_set(limits->cpu_period) ? limits->cpu_period : CPU_PERIOD_DEFAULT;
		char *value = NULL;
		int len;

		if (limits->cpu_quota > 0)
			len = asprintf(&value, "%" PRId64 " %" PRId64, limits->cpu_quota, period);
		else
			len = asprintf(&value, "max %" PRId64, period);
		r = limits_add(b, CGROUP_CPU, "cpu.max", len < 0 ? NULL : value);
	}
	return r;
}

static int plan_cpuset(struct limits *b)
{
	const struct oci_resources *limits = b->resources;
	int r = 0;

	if (limits->cpuset_cpus && *limits->cpuset_cpus)
		r = limits_add(b, CGROUP_CPUSET, "cpuset.cpus", strdup(limits->cpuset_cpus));
	if (r == 0 && limits->cpuset_mems && *limits->cpuset_mems)
		r = limits_add(b, CGROUP_CPUSET, "cpuset.mems", strdup(limits->cpuset_mems));
	return r;
}

static int plan_pids(struct limits *b)
{
	int64_t limit = b->resources->pids_limit;

	if (!is_set(limit))
		return 0;
	return limits_add(b, CGROUP_PIDS, "pids.max", number_or_max(limit));
}

struct limits limits_init(const struct oci_resources *resources, const struct cgroup_host *host,
			  struct cgroup_plan *cgroup, struct containr_error *err)
{
	return (struct limits) { .resources = resources,
				 .host = host,
				 .cgroup = cgroup,
				 .v2 = host->layout == CGROUP_LAYOUT_V2,
				 .err = err };
}

int plan_limits(struct limits *b)
{
	int r = plan_memory(b);

	if (r == 0)
		r = plan_pids(b);
	if (r == 0)
		r = check_cpu(b);
	if (r == 0)
		r = b->v2 ? plan_cpu_v2(b) : plan_cpu_v1(b);
	if (r == 0)
		r = plan_cpuset(b);
	return r < 0 ? r : plan_settings(b);
}
