/* SPDX-License-Identifier: MIT */
#include "image/healthcheck.h"

#include "base/cleanup.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* The times, and what docker and we call them. */
static const struct {
	const char *key;
	const char *option;
	size_t offset;
} times[] = {
	{ "Interval", "--health-interval", offsetof(struct containr_healthcheck, interval_ns) },
	{ "Timeout", "--health-timeout", offsetof(struct containr_healthcheck, timeout_ns) },
	{ "StartPeriod", "--health-start-period",
	  offsetof(struct containr_healthcheck, start_period_ns) },
	{ "StartInterval", "--health-start-interval",
	  offsetof(struct containr_healthcheck, start_interval_ns) },
};

static int64_t *time_of(struct containr_healthcheck *check, size_t i)
{
	return (int64_t *)(void *)((char *)check + times[i].offset);
}

static int64_t read_time(const struct containr_healthcheck *check, size_t i)
{
	return *(const int64_t *)(const void *)((const char *)check + times[i].offset);
}

void healthcheck_release(struct containr_healthcheck *check)
{
	for (size_t i = 0; check->test && check->test[i]; i++)
		free(check->test[i]);
	free(check->test);
	*check = (struct containr_healthcheck) { 0 };
}

int healthcheck_copy(const struct containr_healthcheck *check,
		     struct containr_healthcheck *ret_check, struct containr_error *err)
{
	struct strv test = { 0 };

	strv_extend(&test, check->test);
	if (test.failed) {
		strv_release(&test);
		return fail_oom(err);
	}
	*ret_check = *check;
	ret_check->test = test.items;
	return 0;
}

int healthcheck_read(const struct json *parent, const char *path, const char *key,
		     struct containr_healthcheck *ret_check, struct containr_error *err)
{
	struct containr_healthcheck check = { 0 };
	struct strv test = { 0 };
	const struct json *object;
	char inner[128];
	int r = json_read_child(parent, path, key, JSON_OBJECT, &object, err);

	*ret_check = check;
	if (r < 0 || !object)
		return r;
	(void)snprintf(inner, sizeof(inner), "%s%s%s", path, *path ? "." : "", key);
	for (size_t i = 0; i < ARRAY_LEN(times) && r == 0; i++)
		r = json_read_int(object, inner, times[i].key, 0, INT64_MAX, time_of(&check, i),
				  err);
	if (r == 0)
		r = json_read_int(object, inner, "Retries", 0, INT32_MAX, &check.retries, err);
	if (r == 0)
		r = json_read_strings(object, inner, "Test", &test, err);
	if (r == 0 && test.failed)
		r = fail_oom(err);
	if (r < 0) {
		strv_release(&test);
		return r;
	}
	check.test = test.items;
	*ret_check = check;
	return 0;
}

static bool is_set(const struct containr_healthcheck *check)
{
	bool set = (check->test && check->test[0]) || check->retries;

	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		set = set || read_time(check, i) != 0;
	return set;
}

void healthcheck_write(struct json_writer *writer, const char *key,
		       const struct containr_healthcheck *check)
{
	if (!is_set(check))
		return;
	json_open_object(writer, key);
	if (check->test && check->test[0])
		json_strings(writer, "Test", check->test);
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		if (read_time(check, i))
			json_int(writer, times[i].key, read_time(check, i));
	if (check->retries)
		json_int(writer, "Retries", check->retries);
	json_close_object(writer);
}

/* Of another kind of test docker says nothing but in its log, and runs none. */
bool healthcheck_is_on(const struct containr_healthcheck *check)
{
	return check->test && check->test[0] && check->test[1] &&
	       (strcmp(check->test[0], "CMD") == 0 || strcmp(check->test[0], "CMD-SHELL") == 0);
}

int healthcheck_validate(const struct containr_healthcheck *check, struct containr_error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(times); i++) {
		int64_t ns = read_time(check, i);

		if (ns < 0)
			return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s cannot be negative",
				    times[i].option);
		if (ns != 0 && ns < HEALTHCHECK_MIN_NS)
			return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s cannot be less than 1ms",
				    times[i].option);
	}
	if (check->retries < 0)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "--health-retries cannot be negative");
	return 0;
}
