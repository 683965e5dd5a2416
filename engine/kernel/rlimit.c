/* SPDX-License-Identifier: MIT */
#include "kernel/rlimit.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <string.h>
#include <strings.h>
#include <sys/syscall.h>

#define RLIMIT_PREFIX "RLIMIT_"
#define RLIMIT_PREFIX_LEN (sizeof(RLIMIT_PREFIX) - 1)
#define RLIMIT_NAME_MAX 16 /* longer than any name */

static const char *const rlimit_names[] = {
	[RLIMIT_CPU] = "RLIMIT_CPU",	       [RLIMIT_FSIZE] = "RLIMIT_FSIZE",
	[RLIMIT_DATA] = "RLIMIT_DATA",	       [RLIMIT_STACK] = "RLIMIT_STACK",
	[RLIMIT_CORE] = "RLIMIT_CORE",	       [RLIMIT_RSS] = "RLIMIT_RSS",
	[RLIMIT_NPROC] = "RLIMIT_NPROC",       [RLIMIT_NOFILE] = "RLIMIT_NOFILE",
	[RLIMIT_MEMLOCK] = "RLIMIT_MEMLOCK",   [RLIMIT_AS] = "RLIMIT_AS",
	[RLIMIT_LOCKS] = "RLIMIT_LOCKS",       [RLIMIT_SIGPENDING] = "RLIMIT_SIGPENDING",
	[RLIMIT_MSGQUEUE] = "RLIMIT_MSGQUEUE", [RLIMIT_NICE] = "RLIMIT_NICE",
	[RLIMIT_RTPRIO] = "RLIMIT_RTPRIO",     [RLIMIT_RTTIME] = "RLIMIT_RTTIME",
};

/* struct rlimit64 of the kernel: the C libraries disagree on how wide an rlim_t is. */
struct kernel_rlimit {
	uint64_t soft;
	uint64_t hard;
};

int rlimit_from_name(const char *name)
{
	if (strncasecmp(name, RLIMIT_PREFIX, RLIMIT_PREFIX_LEN) == 0)
		name += RLIMIT_PREFIX_LEN;
	for (size_t i = 0; i < ARRAY_LEN(rlimit_names); i++) {
		if (strcasecmp(rlimit_names[i] + RLIMIT_PREFIX_LEN, name) == 0)
			return (int)i;
	}
	return -1;
}

const char *rlimit_name(int resource)
{
	if (resource < 0 || (size_t)resource >= ARRAY_LEN(rlimit_names))
		return NULL;
	return rlimit_names[resource];
}

static int parse_value(const char *value, const char *what, uint64_t *ret_value,
		       struct containr_error *err)
{
	int64_t number = 0;
	int r;

	if (strcmp(value, "unlimited") == 0) {
		*ret_value = RLIMIT_NONE;
		return 0;
	}
	r = parse_int64(value, what, -1, INT64_MAX, &number, err);
	if (r < 0)
		return fail_hint(err, "a limit is a number, or -1 or 'unlimited' for none");
	*ret_value = number < 0 ? RLIMIT_NONE : (uint64_t)number;
	return 0;
}

/* SOFT[:HARD] of resource @setting->resource. */
static int parse_values(const char *values, struct rlimit_setting *setting,
			struct containr_error *err)
{
	const char *name = rlimit_name(setting->resource);
	const char *colon = strchr(values, ':');
	autofree char *soft = NULL;
	int r;

	soft = colon ? strndup(values, (size_t)(colon - values)) : strdup(values);
	if (!soft)
		return fail_oom(err);
	r = parse_value(soft, name, &setting->soft, err);
	if (r < 0)
		return r;
	setting->hard = setting->soft;
	if (colon) {
		r = parse_value(colon + 1, name, &setting->hard, err);
		if (r < 0)
			return r;
	}
	if (setting->soft > setting->hard) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "%s: the soft limit is above the hard limit", name);
		return fail_hint(err, "write NAME=SOFT:HARD with SOFT at most HARD");
	}
	return 0;
}

int rlimit_parse(const char *text, struct rlimit_setting *ret_setting, struct containr_error *err)
{
	const char *equals = strchr(text, '=');
	struct rlimit_setting setting = { .resource = -1 };
	char name[RLIMIT_NAME_MAX + 1];
	int r;

	if (!equals || equals == text) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "invalid limit '%s'", text);
		return fail_hint(err, "write NAME=SOFT[:HARD], e.g. nofile=1024:2048");
	}
	if (equals - text <= RLIMIT_NAME_MAX) {
		memcpy(name, text, (size_t)(equals - text));
		name[equals - text] = '\0';
		setting.resource = rlimit_from_name(name);
	}
	if (setting.resource < 0) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "unknown limit '%.*s'",
			   (int)(equals - text), text);
		return fail_hint(err,
				 "the names are those of getrlimit(2): nofile, nproc, core, …");
	}
	r = parse_values(equals + 1, &setting, err);
	if (r < 0)
		return r;
	*ret_setting = setting;
	return 0;
}

/* prlimit(2) on ourselves; @old or @new may be NULL. */
static int exchange_limit(int resource, const struct kernel_rlimit *new, struct kernel_rlimit *old)
{
	return (int)syscall(SYS_prlimit64, 0, resource, new, old);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* Sets as much of @wanted as the present hard limit allows. */
static int set_within_hard_limit(int resource, const struct kernel_rlimit *wanted)
{
	struct kernel_rlimit present, clamped;

	if (exchange_limit(resource, NULL, &present) < 0)
		return -1;
	clamped.hard = smaller(wanted->hard, present.hard);
	clamped.soft = smaller(wanted->soft, clamped.hard);
	return exchange_limit(resource, &clamped, NULL);
}

int rlimit_apply(const struct rlimit_setting *setting, bool *ret_clamped,
		 struct containr_error *err)
{
	struct kernel_rlimit wanted = { .soft = setting->soft, .hard = setting->hard };
	bool clamped = false;
	int r;

	r = exchange_limit(setting->resource, &wanted, NULL);
	if (r < 0 && errno == EPERM) {
		r = set_within_hard_limit(setting->resource, &wanted);
		clamped = true;
	}
	if (r < 0) {
		const char *name = rlimit_name(setting->resource);

		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set %s",
				name ? name : "an unknown resource limit");
	}
	*ret_clamped = clamped;
	return 0;
}
