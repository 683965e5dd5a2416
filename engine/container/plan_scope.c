/* SPDX-License-Identifier: MIT */
#include "container/plan_scope.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLICE_END ".slice"
#define UNIT_MAX 255 /* of systemd */

void scope_plan_release(struct scope_plan *scope)
{
	free(scope->unit);
	free(scope->slice);
	strv_release(&scope->properties);
	*scope = (struct scope_plan) { 0 };
}

bool scope_is_path(const char *path)
{
	return path && path[0] != '/' && strchr(path, ':');
}

static bool has_unit_letters(const char *name)
{
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr(":_.\\-@", *p))
			return false;
	return *name != '\0' && strlen(name) <= UNIT_MAX;
}

/* "-.slice" is the root; else no part between two dashes is empty. systemd.slice(5) */
int scope_check_slice(const char *slice, const char *what, struct containr_error *err)
{
	size_t len = strlen(slice);
	bool fine = has_unit_letters(slice) && str_ends_with(slice, SLICE_END) &&
		    len > strlen(SLICE_END);

	if (fine && strcmp(slice, "-" SLICE_END) != 0)
		fine = slice[0] != '-' && !strstr(slice, "--") &&
		       slice[len - strlen(SLICE_END) - 1] != '-';
	if (fine)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_CONFIG, "%s: '%s' is no slice of systemd", what, slice);
	return fail_hint(err, "a slice looks like machine.slice or user-containers.slice");
}

int scope_plan_path(const char *path, bool of_user, struct scope_plan *ret_scope,
		    struct containr_error *err)
{
	const char *first = strchr(path, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;
	struct scope_plan scope = { .of_user = of_user };
	int prefix_len;
	int r = 0;

	if (!second || strchr(second + 1, ':')) {
		(void)fail(err, CONTAINR_E_INVALID_CONFIG,
			   "linux.cgroupsPath: '%s' is not SLICE:PREFIX:NAME", path);
		return fail_hint(err, "with the systemd cgroup manager it looks like "
				      "machine.slice:containr:NAME");
	}
	prefix_len = (int)(second - first - 1);
	scope.slice = first == path ? strdup(of_user ? "user.slice" : "system.slice")
				    : strndup(path, (size_t)(first - path));
	if (!scope.slice || asprintf(&scope.unit, "%.*s%s%s.scope", prefix_len, first + 1,
				     prefix_len ? "-" : "", second + 1) < 0) {
		scope.unit = NULL;
		r = fail_oom(err);
	}
	if (r == 0)
		r = scope_check_slice(scope.slice, "linux.cgroupsPath", err);
	if (r == 0 && (second[1] == '\0' || !has_unit_letters(scope.unit)))
		r = fail(err, CONTAINR_E_INVALID_CONFIG,
			 "linux.cgroupsPath: '%s' gives no name of a unit", path);
	if (r < 0)
		scope_plan_release(&scope);
	else
		*ret_scope = scope;
	return r;
}

/* "a-b.slice" is inside "a.slice". */
char *scope_plan_cgroup(const struct scope_plan *scope)
{
	size_t len = strlen(scope->slice) - strlen(SLICE_END);
	struct str path = STR_INIT;

	str_append(&path, "");
	if (strcmp(scope->slice, "-" SLICE_END) != 0)
		for (size_t i = 1; i <= len; i++)
			if (i == len || scope->slice[i] == '-')
				str_appendf(&path, "/%.*s" SLICE_END, (int)i, scope->slice);
	str_appendf(&path, "/%s", scope->unit);
	return str_steal(&path);
}

/* How the value of a cgroup's file becomes that of a property. */
enum form {
	FORM_NUMBER, /* "max" and -1 are all ones */
	FORM_QUOTA,  /* "QUOTA PERIOD" of v2 */
	FORM_BITS,   /* "0-2,5" */
};

static const struct {
	const char *file;
	const char *property;
	enum form form;
} limits[] = {
	{ "memory.max", "MemoryMax", FORM_NUMBER },
	{ "memory.high", "MemoryHigh", FORM_NUMBER },
	{ "memory.low", "MemoryLow", FORM_NUMBER },
	{ "memory.min", "MemoryMin", FORM_NUMBER },
	{ "memory.swap.max", "MemorySwapMax", FORM_NUMBER },
	{ "memory.limit_in_bytes", "MemoryLimit", FORM_NUMBER }, /* v1, as the next ones */
	{ "cpu.shares", "CPUShares", FORM_NUMBER },
	{ "blkio.weight", "BlockIOWeight", FORM_NUMBER },
	{ "pids.max", "TasksMax", FORM_NUMBER },
	{ "cpu.weight", "CPUWeight", FORM_NUMBER },
	{ "cpu.max", "CPUQuotaPerSecUSec", FORM_QUOTA },
	{ "io.weight", "IOWeight", FORM_NUMBER },
	{ "cpuset.cpus", "AllowedCPUs", FORM_BITS },
	{ "cpuset.mems", "AllowedMemoryNodes", FORM_BITS },
};

static void add_number(struct strv *out, const char *property, const char *value)
{
	const char *digits = strncmp(value, "default ", 8) == 0 ? value + 8 : value;

	if (strcmp(digits, "max") == 0 || digits[0] == '-')
		strv_pushf(out, "%s=t:%" PRIu64, property, UINT64_MAX);
	else
		strv_pushf(out, "%s=t:%s", property, digits);
}

#define USEC_PER_SEC 1000000
#define QUOTA_STEP 10000 /* systemd rounds to 1 % of a CPU */

static void add_quota(struct strv *out, uint64_t quota, uint64_t period)
{
	uint64_t per_second = quota * USEC_PER_SEC / period;

	per_second = (per_second + QUOTA_STEP - 1) / QUOTA_STEP * QUOTA_STEP;
	strv_pushf(out, "CPUQuotaPerSecUSec=t:%" PRIu64, per_second);
	strv_pushf(out, "CPUQuotaPeriodUSec=t:%" PRIu64, period);
}

static void add_quota_v2(struct strv *out, const char *property, const char *value)
{
	char *end;
	uint64_t quota = strtoull(value, &end, 10);
	uint64_t period = *end == ' ' ? strtoull(end + 1, NULL, 10) : 0;

	if (end == value || quota > UINT64_MAX / USEC_PER_SEC || period == 0)
		strv_pushf(out, "%s=t:%" PRIu64, property, UINT64_MAX);
	else
		add_quota(out, quota, period);
}

#define BITS_MAX 8192

/* A list as the kernel has it becomes bytes, the lowest first. */
static void add_bits(struct strv *out, const char *property, const char *list)
{
	unsigned char bytes[BITS_MAX / 8] = { 0 };
	autostr text = STR_INIT;
	size_t used = 0;

	for (const char *p = list; *p;) {
		char *end;
		unsigned long from = strtoul(p, &end, 10);
		unsigned long to = *end == '-' ? strtoul(end + 1, &end, 10) : from;

		/* the kernel says what is wrong with it */
		if (end == p || from > to || to >= BITS_MAX || (*end && *end != ','))
			return;
		for (unsigned long i = from; i <= to; i++)
			bytes[i / 8] |= (unsigned char)(1u << (i % 8));
		if (to / 8 + 1 > used)
			used = to / 8 + 1;
		p = *end ? end + 1 : end;
	}
	str_append(&text, "");
	for (size_t i = 0; i < used; i++)
		str_appendf(&text, "%02x", bytes[i]);
	strv_pushf(out, "%s=ay:%s", property, text.failed ? "" : text.data);
	out->failed = out->failed || text.failed;
}

static void add_limit(const struct cgroup_write *write, struct strv *out)
{
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		if (strcmp(limits[i].file, write->file) != 0)
			continue;
		if (limits[i].form == FORM_NUMBER)
			add_number(out, limits[i].property, write->value);
		else if (limits[i].form == FORM_QUOTA)
			add_quota_v2(out, limits[i].property, write->value);
		else
			add_bits(out, limits[i].property, write->value);
	}
}

/* v1 has quota and period in two files. */
static void add_quota_v1(const struct cgroup_plan *cgroup, struct strv *out)
{
	int64_t quota = -1;
	int64_t period = 100000; /* the kernel's own */

	for (size_t i = 0; i < cgroup->write_count; i++) {
		if (strcmp(cgroup->writes[i].file, "cpu.cfs_quota_us") == 0)
			quota = strtoll(cgroup->writes[i].value, NULL, 10);
		if (strcmp(cgroup->writes[i].file, "cpu.cfs_period_us") == 0)
			period = strtoll(cgroup->writes[i].value, NULL, 10);
	}
	if (quota > 0 && period > 0 && quota < INT64_MAX / USEC_PER_SEC)
		add_quota(out, (uint64_t)quota, (uint64_t)period);
}

int scope_add_limits(const struct cgroup_plan *cgroup, struct strv *properties,
		     struct containr_error *err)
{
	for (size_t i = 0; i < cgroup->write_count; i++)
		add_limit(&cgroup->writes[i], properties);
	add_quota_v1(cgroup, properties);
	return properties->failed ? fail_oom(err) : 0;
}
