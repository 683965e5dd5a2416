/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_place.h"

#include <string.h>

static int read_caps_set(const struct place *at, const char *key, uint64_t *ret_mask)
{
	autostrv names = { 0 };
	int r = json_read_strings(at->value, at->path, key, &names, at->err);

	if (r < 0)
		return r;
	*ret_mask = 0;
	for (size_t i = 0; i < names.len; i++) {
		int cap = caps_from_name(names.items[i]);

		if (cap < 0)
			return fail(at->err, CONTAINR_E_INVALID_CONFIG,
				    "%s.%s[%zu]: unknown capability '%s'", at->path, key, i,
				    names.items[i]);
		*ret_mask |= CAPS_BIT(cap);
	}
	return 0;
}

static int read_caps(const struct place *at, void *target)
{
	struct oci_process *process = target;
	struct caps_sets *caps = &process->caps;
	int r = read_caps_set(at, "bounding", &caps->bounding);

	if (r == 0)
		r = read_caps_set(at, "effective", &caps->effective);
	if (r == 0)
		r = read_caps_set(at, "permitted", &caps->permitted);
	if (r == 0)
		r = read_caps_set(at, "inheritable", &caps->inheritable);
	if (r == 0)
		r = read_caps_set(at, "ambient", &caps->ambient);
	process->has_capabilities = true;
	return r;
}

static int read_user(const struct place *at, void *target)
{
	struct oci_user *user = target;
	const struct json *groups = NULL;
	size_t index = 0;
	int r = place_id(at, "uid", &user->uid);

	if (r == 0)
		r = place_id(at, "gid", &user->gid);
	if (r == 0)
		r = place_string(at, "username", &user->name);
	if (r == 0)
		r = json_read_int(at->value, at->path, "umask", 0, 0777, &user->umask, at->err);
	if (r == 0)
		r = json_read_child(at->value, at->path, "additionalGids", JSON_ARRAY, &groups,
				    at->err);
	if (r < 0 || !groups)
		return r;
	user->groups = calloc(groups->len + 1, sizeof(*user->groups));
	if (!user->groups)
		return fail_oom(at->err);
	for (const struct json *item = json_first(groups); item; item = item->next, index++) {
		if (item->type != JSON_INT || item->integer < 0 || item->integer >= UINT32_MAX)
			return fail(at->err, CONTAINR_E_INVALID_CONFIG,
				    "%s.additionalGids[%zu]: expected a group id", at->path, index);
		user->groups[user->group_count++] = (uint32_t)item->integer;
	}
	return 0;
}

static int read_rlimit(const struct place *at, void *target)
{
	struct rlimit_setting setting = { 0 };
	const char *type = NULL;
	int r = place_require(at, "type");

	if (r == 0)
		r = json_read_string(at->value, at->path, "type", &type, at->err);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "soft", UINT64_MAX, &setting.soft, at->err);
	if (r == 0)
		r = json_read_uint(at->value, at->path, "hard", UINT64_MAX, &setting.hard, at->err);
	if (r < 0)
		return r;
	setting.resource = rlimit_from_name(type);
	if (setting.resource < 0)
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.type: unknown limit '%s'",
			    at->path, type);
	return oci_add_rlimit(target, &setting, at->err);
}

static int read_console_size(const struct place *at, void *target)
{
	struct oci_process *process = target;
	uint64_t rows = 0;
	uint64_t columns = 0;
	int r = json_read_uint(at->value, at->path, "height", UINT16_MAX, &rows, at->err);

	if (r == 0)
		r = json_read_uint(at->value, at->path, "width", UINT16_MAX, &columns, at->err);
	process->rows = (uint16_t)rows;
	process->columns = (uint16_t)columns;
	return r;
}

static int read_oom_score(const struct place *at, struct oci_process *process)
{
	int64_t score = 0;
	int r = json_read_int(at->value, at->path, "oomScoreAdj", -1000, 1000, &score, at->err);

	process->has_oom_score_adj = json_get(at->value, "oomScoreAdj") != NULL;
	process->oom_score_adj = (int)score;
	return r;
}

static int check_process(const struct place *at, const struct oci_process *process)
{
	int r = place_require(at, "cwd");

	if (r < 0)
		return r;
	if (process->args.len == 0)
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.args: needs at least one item",
			    at->path);
	if (process->cwd[0] != '/')
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.cwd: '%s' is not absolute",
			    at->path, process->cwd);
	for (size_t i = 0; i < process->env.len; i++)
		if (!strchr(process->env.items[i], '='))
			return fail(at->err, CONTAINR_E_INVALID_CONFIG,
				    "%s.env[%zu]: '%s' is not KEY=VALUE", at->path, i,
				    process->env.items[i]);
	return 0;
}

int oci_process_read(const struct place *at, void *target)
{
	struct oci_process *process = target;
	int r = json_read_bool(at->value, at->path, "terminal", &process->terminal, at->err);

	if (r == 0)
		r = json_read_bool(at->value, at->path, "noNewPrivileges",
				   &process->no_new_privileges, at->err);
	if (r == 0)
		r = place_object(at, "consoleSize", process, read_console_size);
	if (r == 0)
		r = place_object(at, "user", &process->user, read_user);
	if (r == 0)
		r = place_string(at, "cwd", &process->cwd);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "args", &process->args, at->err);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "env", &process->env, at->err);
	if (r == 0)
		r = place_object(at, "capabilities", process, read_caps);
	if (r == 0)
		r = place_each(at, "rlimits", process, read_rlimit);
	if (r == 0)
		r = read_oom_score(at, process);
	if (r == 0)
		r = oci_schedule_read(at, process);
	if (r == 0)
		r = place_string(at, "apparmorProfile", &process->apparmor_profile);
	if (r == 0)
		r = place_string(at, "selinuxLabel", &process->selinux_label);
	return r < 0 ? r : check_process(at, process);
}

int oci_process_parse(const struct json *value, const char *path, struct oci_process *process,
		      struct containr_error *err)
{
	struct place at = { value, path, err };

	if (value->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: expected an object", path);
	return oci_process_read(&at, process);
}
