/* SPDX-License-Identifier: MIT */
#include "container/policy.h"

#include "base/cleanup.h"
#include "base/str.h"
#include "container/log_files.h"

#include <string.h>

/* Names that scripts give for docker and podman; our own form is that of k8s-file. */
static const char *const log_drivers[] = { "json-file", "k8s-file", "local", "none" };

static int read_log_driver(const char *driver, struct policy *policy, struct containr_error *err)
{
	for (size_t i = 0; driver && i < ARRAY_LEN(log_drivers); i++) {
		if (strcmp(driver, log_drivers[i]) != 0)
			continue;
		policy->log_none = strcmp(driver, "none") == 0;
		return 0;
	}
	if (!driver)
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--log-driver: '%s' is not supported", driver);
	return fail_hint(err, "use k8s-file, or none for no log");
}

static int read_log_opt(const char *item, struct policy *policy, struct containr_error *err)
{
	const char *value = strchr(item, '=');
	size_t len = value ? (size_t)(value - item) : 0;

	if (value)
		value++;
	if (len == strlen("max-size") && strncmp(item, "max-size", len) == 0) {
		/* -1 is docker's word for no bound */
		if (strcmp(value, "-1") == 0)
			return 0;
		return parse_bytes(value, "--log-opt max-size", &policy->log_max_bytes, err);
	}
	if (len == strlen("max-file") && strncmp(item, "max-file", len) == 0)
		return parse_int64(value, "--log-opt max-file", 1, LOG_FILES_MAX,
				   &policy->log_max_files, err);
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--log-opt: '%s' is not supported", item);
	return fail_hint(err, "use max-size=SIZE and max-file=NUMBER");
}

static int read_log(const struct containr_spec *spec, struct policy *policy,
		    struct containr_error *err)
{
	int r = read_log_driver(spec->log_driver, policy, err);

	for (size_t i = 0; r == 0 && spec->log_opts && spec->log_opts[i]; i++)
		r = read_log_opt(spec->log_opts[i], policy, err);
	if (r == 0 && policy->log_max_files > 1 && policy->log_max_bytes == 0) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--log-opt max-file without max-size would never begin a second file");
		r = fail_hint(err, "add --log-opt max-size=SIZE");
	}
	if (policy->log_max_bytes > 0 && policy->log_max_files == 0)
		policy->log_max_files = 1;
	return r;
}

static const char *const restart_names[] = {
	[RESTART_NO] = "no",
	[RESTART_ALWAYS] = "always",
	[RESTART_ON_FAILURE] = "on-failure",
	[RESTART_UNLESS_STOPPED] = "unless-stopped",
};

const char *policy_restart_name(enum restart restart)
{
	return restart_names[restart];
}

static int read_restart_name(const char *text, size_t len, struct policy *policy)
{
	for (size_t i = 0; i < ARRAY_LEN(restart_names); i++) {
		if (strlen(restart_names[i]) != len || strncmp(restart_names[i], text, len) != 0)
			continue;
		policy->restart = (enum restart)i;
		return 0;
	}
	return -1;
}

/* "on-failure:3": only failures are counted. */
static int read_restart(const struct containr_spec *spec, struct policy *policy,
			struct containr_error *err)
{
	const char *text = spec->restart;
	const char *colon = text ? strchr(text, ':') : NULL;
	int r = 0;

	if (!text || !*text)
		return 0;
	if (read_restart_name(text, colon ? (size_t)(colon - text) : strlen(text), policy) < 0) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--restart: '%s' is no restart policy",
			   text);
		return fail_hint(err, "use no, always, unless-stopped or on-failure[:NUMBER]");
	}
	if (colon && policy->restart != RESTART_ON_FAILURE) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--restart: only on-failure takes a number, not '%s'", text);
		return fail_hint(err, "use on-failure%s", colon);
	}
	if (colon)
		r = parse_int64(colon + 1, "--restart", 0, INT32_MAX, &policy->restart_max, err);
	if (r == 0 && policy->restart != RESTART_NO && spec->auto_remove) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--restart and --rm contradict each other");
		r = fail_hint(err, "a container that is removed cannot run again");
	}
	return r;
}

int policy_of_spec(const struct containr_spec *spec, struct policy *ret_policy,
		   struct containr_error *err)
{
	struct policy policy = { 0 };
	int r = read_log(spec, &policy, err);

	if (r == 0)
		r = read_restart(spec, &policy, err);
	if (r == 0)
		*ret_policy = policy;
	return r;
}

void policy_write(struct json_writer *w, const struct policy *policy)
{
	if (policy->restart) {
		json_int(w, "restart", policy->restart);
		json_int(w, "restart_max", policy->restart_max);
	}
	if (policy->log_none)
		json_bool(w, "log_none", true);
	if (policy->log_max_bytes) {
		json_int(w, "log_max_bytes", policy->log_max_bytes);
		json_int(w, "log_max_files", policy->log_max_files);
	}
}

int policy_read(const struct json *object, struct policy *policy, struct containr_error *err)
{
	int64_t restart = RESTART_NO;
	int r = json_read_bool(object, "", "log_none", &policy->log_none, err);

	if (r == 0)
		r = json_read_int(object, "", "restart", RESTART_NO, RESTART_UNLESS_STOPPED,
				  &restart, err);
	policy->restart = (enum restart)restart;
	if (r == 0)
		r = json_read_int(object, "", "restart_max", 0, INT32_MAX, &policy->restart_max,
				  err);
	if (r == 0)
		r = json_read_int(object, "", "log_max_bytes", 0, INT64_MAX, &policy->log_max_bytes,
				  err);
	if (r == 0)
		r = json_read_int(object, "", "log_max_files", 0, LOG_FILES_MAX,
				  &policy->log_max_files, err);
	return r;
}

void policy_inspect(struct json_writer *w, const struct policy *policy)
{
	char text[32];

	json_open_object(w, "LogConfig");
	json_string(w, "Type", policy->log_none ? "none" : "k8s-file");
	json_open_object(w, "Config");
	if (policy->log_max_bytes) {
		(void)snprintf(text, sizeof(text), "%lld", (long long)policy->log_max_files);
		json_string(w, "max-file", text);
		(void)snprintf(text, sizeof(text), "%lld", (long long)policy->log_max_bytes);
		json_string(w, "max-size", text);
	}
	json_close_object(w);
	json_close_object(w);
	json_open_object(w, "RestartPolicy");
	json_string(w, "Name", policy_restart_name(policy->restart));
	json_int(w, "MaximumRetryCount", policy->restart_max);
	json_close_object(w);
}
