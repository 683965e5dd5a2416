/* SPDX-License-Identifier: MIT */
#include "container/plan.h"

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

struct builder {
	struct plan *plan;
	const struct oci_resources *limits;
	bool v2;
	struct containr_error *err;
};

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

/* Asks for a hierarchy; a limit that cannot be set is an error, never silently left out. */
static int need(struct builder *b, enum cgroup_controller controller, const char *limit)
{
	const struct cgroup_host *host = &b->plan->host;

	if (b->v2) {
		if (!(host->v2 & CGROUP_BIT(controller)))
			return fail(b->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
				    "cannot set %s: the host has no %s controller", limit,
				    cgroup_controller_name(controller));
		b->plan->cgroup.v2_enable |= CGROUP_BIT(controller);
		return 0;
	}
	if (!(host->v1 & CGROUP_BIT(controller)))
		return fail(b->err, CONTAINR_E_CGROUP_APPLY_LIMITS,
			    "cannot set %s: the host has no %s controller", limit,
			    cgroup_controller_name(controller));
	b->plan->cgroup.used |= CGROUP_BIT(controller);
	return 0;
}

static int add(struct builder *b, enum cgroup_controller controller, const char *file, char *value)
{
	int r = need(b, controller, file);

	if (r < 0) {
		free(value);
		return r;
	}
	return cgroup_plan_add(&b->plan->cgroup, controller, file, value, b->err);
}

static bool is_set(int64_t value)
{
	return value != OCI_UNSET && value != 0;
}

static int plan_memory_v1(struct builder *b)
{
	const struct oci_resources *limits = b->limits;
	int r = 0;

	if (is_set(limits->memory_limit))
		r = add(b, CGROUP_MEMORY, "memory.limit_in_bytes", number(limits->memory_limit));
	if (r == 0 && is_set(limits->memory_swap))
		r = add(b, CGROUP_MEMORY, "memory.memsw.limit_in_bytes",
			number(limits->memory_swap));
	if (r == 0 && is_set(limits->memory_reservation))
		r = add(b, CGROUP_MEMORY, "memory.soft_limit_in_bytes",
			number(limits->memory_reservation));
	return r;
}

static int plan_memory_v2(struct builder *b)
{
	const struct oci_resources *limits = b->limits;
	int64_t swap = limits->memory_swap;
	int r = 0;

	if (is_set(limits->memory_limit))
		r = add(b, CGROUP_MEMORY, "memory.max", number_or_max(limits->memory_limit));
	/* the configuration counts memory and swap together, v2 counts swap alone */
	if (is_set(swap) && swap > 0 && limits->memory_limit > 0)
		swap -= limits->memory_limit;
	if (r == 0 && is_set(limits->memory_swap))
		r = add(b, CGROUP_MEMORY, "memory.swap.max", number_or_max(swap));
	if (r == 0 && is_set(limits->memory_reservation))
		r = add(b, CGROUP_MEMORY, "memory.low", number_or_max(limits->memory_reservation));
	return r;
}

static int plan_memory(struct builder *b)
{
	const struct oci_resources *limits = b->limits;

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

static int check_cpu(struct builder *b)
{
	const struct oci_resources *limits = b->limits;

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

static int plan_cpu_v1(struct builder *b)
{
	const struct oci_resources *limits = b->limits;
	int r = 0;

	if (is_set(limits->cpu_shares))
		r = add(b, CGROUP_CPU, "cpu.shares", number(limits->cpu_shares));
	if (r == 0 && is_set(limits->cpu_period))
		r = add(b, CGROUP_CPU, "cpu.cfs_period_us", number(limits->cpu_period));
	if (r == 0 && is_set(limits->cpu_quota))
		r = add(b, CGROUP_CPU, "cpu.cfs_quota_us", number(limits->cpu_quota));
	return r;
}

static int plan_cpu_v2(struct builder *b)
{
	const struct oci_resources *limits = b->limits;
	int r = 0;

	if (is_set(limits->cpu_shares))
		r = add(b, CGROUP_CPU, "cpu.weight", number(weight_of_shares(limits->cpu_shares)));
	if (r == 0 && (is_set(limits->cpu_quota) || is_set(limits->cpu_period))) {
		int64_t period =
			is_set(limits->cpu_period) ? limits->cpu_period : CPU_PERIOD_DEFAULT;
		char *value = NULL;
		int len;

		if (limits->cpu_quota > 0)
			len = asprintf(&value, "%" PRId64 " %" PRId64, limits->cpu_quota, period);
		else
			len = asprintf(&value, "max %" PRId64, period);
		r = add(b, CGROUP_CPU, "cpu.max", len < 0 ? NULL : value);
	}
	return r;
}

static int plan_cpuset(struct builder *b)
{
	const struct oci_resources *limits = b->limits;
	int r = 0;

	if (limits->cpuset_cpus && *limits->cpuset_cpus)
		r = add(b, CGROUP_CPUSET, "cpuset.cpus", strdup(limits->cpuset_cpus));
	if (r == 0 && limits->cpuset_mems && *limits->cpuset_mems)
		r = add(b, CGROUP_CPUSET, "cpuset.mems", strdup(limits->cpuset_mems));
	return r;
}

static int plan_pids(struct builder *b)
{
	int64_t limit = b->limits->pids_limit;

	if (!is_set(limit))
		return 0;
	return add(b, CGROUP_PIDS, "pids.max", number_or_max(limit));
}

/* The devices of default_devices in plan_mounts.c, terminals, and making of nodes. config-linux.md
 */
static const struct device_rule always_allowed[] = {
	/* making a node is harmless where opening it is not allowed */
	{ .allow = true, .type = 'c', .major = -1, .minor = -1, .access = DEVICE_MKNOD },
	{ .allow = true, .type = 'b', .major = -1, .minor = -1, .access = DEVICE_MKNOD },
	{ .allow = true, .type = 'c', .major = 1, .minor = 3, .access = 7 },	/* null */
	{ .allow = true, .type = 'c', .major = 1, .minor = 5, .access = 7 },	/* zero */
	{ .allow = true, .type = 'c', .major = 1, .minor = 7, .access = 7 },	/* full */
	{ .allow = true, .type = 'c', .major = 1, .minor = 8, .access = 7 },	/* random */
	{ .allow = true, .type = 'c', .major = 1, .minor = 9, .access = 7 },	/* urandom */
	{ .allow = true, .type = 'c', .major = 5, .minor = 0, .access = 7 },	/* tty */
	{ .allow = true, .type = 'c', .major = 5, .minor = 2, .access = 7 },	/* ptmx */
	{ .allow = true, .type = 'c', .major = 136, .minor = -1, .access = 7 }, /* pts */
};

static bool covers_all(const struct device_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 &&
	       rule->access == (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD);
}

/*
 * The v1 controller takes "a" for everything, whatever numbers and letters follow it: a rule for
 * both kinds of devices that says less than that becomes two.
 */
static void add_rule(struct plan *plan, const struct device_rule *rule)
{
	struct device_rule *rules = &plan->device_rules[plan->device_rule_count];

	if (rule->type != 'a' || covers_all(rule)) {
		rules[0] = *rule;
		plan->device_rule_count++;
		return;
	}
	rules[0] = *rule;
	rules[0].type = 'c';
	rules[1] = *rule;
	rules[1].type = 'b';
	plan->device_rule_count += 2;
}

/* Whether the configuration says itself what may be done with a device that it gives. */
static bool has_rule_of_its_own(const struct oci_resources *limits, const struct oci_device *device)
{
	for (size_t i = 0; i < limits->device_count; i++) {
		const struct device_rule *rule = &limits->devices[i];

		if (rule->allow && (covers_all(rule) || (rule->type == device->type &&
							 rule->major == (int64_t)device->major &&
							 rule->minor == (int64_t)device->minor)))
			return true;
	}
	return false;
}

/*
 * Nothing, then what the configuration says, then what a container cannot do without and the
 * devices it is given by name. One list for both kinds of hosts.
 */
static int plan_devices(struct builder *b)
{
	static const struct device_rule nothing = {
		.allow = false, .type = 'a', .major = -1, .minor = -1, .access = 7
	};
	const struct oci_config *config = b->plan->config;
	size_t most =
		1 + 2 * b->limits->device_count + ARRAY_LEN(always_allowed) + config->device_count;

	b->plan->device_rules = calloc(most, sizeof(*b->plan->device_rules));
	if (!b->plan->device_rules)
		return fail_oom(b->err);
	add_rule(b->plan, &nothing);
	for (size_t i = 0; i < b->limits->device_count; i++)
		if (i > 0 || b->limits->devices[i].allow || !covers_all(&b->limits->devices[i]))
			add_rule(b->plan, &b->limits->devices[i]);
	for (size_t i = 0; i < ARRAY_LEN(always_allowed); i++)
		add_rule(b->plan, &always_allowed[i]);
	for (size_t i = 0; i < config->device_count; i++) {
		const struct oci_device *device = &config->devices[i];
		const struct device_rule rule = { .allow = true,
						  .type = device->type == 'b' ? 'b' : 'c',
						  .major = device->major,
						  .minor = device->minor,
						  .access = 7 };

		if (device->type != 'p' && !has_rule_of_its_own(b->limits, device))
			add_rule(b->plan, &rule);
	}
	return 0;
}

/* v2 has no files for devices: launch.c attaches a program made of the same rules. */
static int plan_devices_v1(struct builder *b)
{
	int r = 0;

	for (size_t i = 0; i < b->plan->device_rule_count && r == 0; i++) {
		const struct device_rule *rule = &b->plan->device_rules[i];
		char text[80];

		device_rule_format(rule, text, sizeof(text));
		r = add(b, CGROUP_DEVICES, rule->allow ? "devices.allow" : "devices.deny",
			strdup(text));
	}
	return r;
}

/*
 * Which hierarchies the container is put into beside those of its limits: memory and pids for the
 * numbers and for the notice of an OOM kill, devices for protection, and on hybrid hosts the
 * unified one, whose cgroup.kill, cgroup.freeze and cpu.stat stand for two more v1 hierarchies.
 * Without it those two are needed: cpuacct for the numbers, freezer to be paused.
 * Each costs about 35 microseconds of a start, so the rest is left out.
 */
static void choose_hierarchies(struct plan *plan)
{
	const struct cgroup_host *host = &plan->host;
	const unsigned int wanted =
		CGROUP_BIT(CGROUP_MEMORY) | CGROUP_BIT(CGROUP_PIDS) | CGROUP_BIT(CGROUP_DEVICES);

	switch (host->layout) {
	case CGROUP_LAYOUT_NONE:
		break;
	case CGROUP_LAYOUT_V2:
		plan->cgroup.used = CGROUP_BIT(CGROUP_UNIFIED);
		plan->cgroup.v2_enable = (wanted | CGROUP_BIT(CGROUP_CPU)) & host->v2;
		break;
	case CGROUP_LAYOUT_HYBRID:
		plan->cgroup.used = (wanted & host->v1) | CGROUP_BIT(CGROUP_UNIFIED);
		break;
	case CGROUP_LAYOUT_V1:
		plan->cgroup.used =
			(wanted | CGROUP_BIT(CGROUP_CPUACCT) | CGROUP_BIT(CGROUP_FREEZER)) &
			host->v1;
		break;
	}
}

int plan_cgroup(struct plan *plan, struct containr_error *err)
{
	struct builder b = { .plan = plan,
			     .limits = &plan->config->resources,
			     .v2 = plan->host.layout == CGROUP_LAYOUT_V2,
			     .err = err };
	const char *path = plan->config->cgroups_path;
	int r;

	if (asprintf(&plan->cgroup.path, "%s%s", path && *path ? "" : "/containr/",
		     path && *path ? path : plan->id) < 0) {
		plan->cgroup.path = NULL;
		return fail_oom(err);
	}
	if (plan->cgroup.path[0] != '/' || strstr(plan->cgroup.path, ".."))
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.cgroupsPath: '%s' is not an absolute path", plan->cgroup.path);
	choose_hierarchies(plan);
	r = plan_memory(&b);
	if (r == 0)
		r = plan_pids(&b);
	if (r == 0)
		r = check_cpu(&b);
	if (r == 0)
		r = b.v2 ? plan_cpu_v2(&b) : plan_cpu_v1(&b);
	if (r == 0)
		r = plan_cpuset(&b);
	if (r == 0)
		r = plan_devices(&b);
	if (r == 0 && (plan->cgroup.used & CGROUP_BIT(CGROUP_DEVICES)))
		r = plan_devices_v1(&b);
	return r;
}
