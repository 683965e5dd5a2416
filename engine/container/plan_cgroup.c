/* SPDX-License-Identifier: MIT */
#include "container/plan.h"

#include "base/cleanup.h"
#include "container/plan_limits.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
static int plan_devices(struct plan *plan, struct containr_error *err)
{
	static const struct device_rule nothing = {
		.allow = false, .type = 'a', .major = -1, .minor = -1, .access = 7
	};
	const struct oci_config *config = plan->config;
	const struct oci_resources *limits = &config->resources;
	size_t most =
		1 + 2 * limits->device_count + ARRAY_LEN(always_allowed) + config->device_count;

	plan->device_rules = calloc(most, sizeof(*plan->device_rules));
	if (!plan->device_rules)
		return fail_oom(err);
	add_rule(plan, &nothing);
	for (size_t i = 0; i < limits->device_count; i++)
		if (i > 0 || limits->devices[i].allow || !covers_all(&limits->devices[i]))
			add_rule(plan, &limits->devices[i]);
	for (size_t i = 0; i < ARRAY_LEN(always_allowed); i++)
		add_rule(plan, &always_allowed[i]);
	for (size_t i = 0; i < config->device_count; i++) {
		const struct oci_device *device = &config->devices[i];
		const struct device_rule rule = { .allow = true,
						  .type = device->type == 'b' ? 'b' : 'c',
						  .major = device->major,
						  .minor = device->minor,
						  .access = 7 };

		if (device->type != 'p' && !has_rule_of_its_own(limits, device))
			add_rule(plan, &rule);
	}
	return 0;
}

/* v2 has no files for devices: launch.c attaches a program made of the same rules. */
static int plan_devices_v1(const struct plan *plan, struct limits *b)
{
	int r = 0;

	for (size_t i = 0; i < plan->device_rule_count && r == 0; i++) {
		const struct device_rule *rule = &plan->device_rules[i];
		char text[80];

		device_rule_format(rule, text, sizeof(text));
		r = limits_add(b, CGROUP_DEVICES, rule->allow ? "devices.allow" : "devices.deny",
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

	if (host->is_denied)
		return;
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

/* The scope's own path, until systemd has told it: its manager may have all its units in a folder. */
static int choose_scope(struct plan *plan, struct containr_error *err)
{
	bool of_user = plan->host.is_users;
	int r = scope_plan_path(plan->config->cgroups_path, of_user, &plan->scope, err);

	if (r < 0)
		return r;
	plan->cgroup.is_given = true;
	cgroup_host_given(&plan->host);
	plan->cgroup.path = scope_plan_cgroup(&plan->scope);
	return plan->cgroup.path ? 0 : fail_oom(err);
}

/* What makes the scope the container's own: its processes, and all that is below it. */
static int plan_scope_properties(struct plan *plan, struct containr_error *err)
{
	static const char *const always[] = {
		"Delegate=b:true",
		"DefaultDependencies=b:false",
		"MemoryAccounting=b:true",
		"CPUAccounting=b:true",
		"TasksAccounting=b:true",
		"IOAccounting=b:true",
		"CollectMode=s:inactive-or-failed",
	};
	struct strv *properties = &plan->scope.properties;
	int r;

	strv_pushf(properties, "Description=s:containr container %s", plan->id);
	strv_pushf(properties, "Slice=s:%s", plan->scope.slice);
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		strv_push(properties, always[i]);
	r = scope_add_limits(&plan->cgroup, properties, err);
	return r < 0 ? r : scope_add_annotations(&plan->config->annotations, properties, err);
}

/*
 * An absolute path is one below the hierarchies' mounts; a relative one, as the specification leaves
 * it to us, starts where this caller's cgroups are. config-linux.md, "Cgroups Path".
 */
static int choose_path(struct plan *plan, struct containr_error *err)
{
	const char *given = plan->config->cgroups_path;
	bool has_given = given && *given;
	const char *place = has_given && given[0] == '/' ? "" : plan->host.place;
	const char *between = !has_given ? "/containr/" : given[0] == '/' ? "" : "/";
	char *path = NULL;

	if (scope_is_path(given))
		return choose_scope(plan, err);
	if (asprintf(&path, "%s%s%s", place, between, has_given ? given : plan->id) < 0)
		return fail_oom(err);
	plan->cgroup.path = path;
	if (strstr(path, "..") || path[strspn(path, "/.")] == '\0')
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "linux.cgroupsPath: '%s' is no path of a cgroup", given);
	return 0;
}

int plan_cgroup(struct plan *plan, struct containr_error *err)
{
	struct limits b = limits_init(&plan->config->resources, &plan->host, &plan->cgroup, err);
	int r = choose_path(plan, err);

	if (r < 0)
		return r;
	choose_hierarchies(plan);
	r = plan_limits(&b);
	if (r == 0)
		r = plan_devices(plan, err);
	if (r == 0 && (plan->cgroup.used & CGROUP_BIT(CGROUP_DEVICES)))
		r = plan_devices_v1(plan, &b);
	return r == 0 && plan->scope.unit ? plan_scope_properties(plan, err) : r;
}
