/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "kernel/ns.h"

#include <sched.h>
#include <string.h>

#define PATH_TEXT 256

/* Where a value stands: the object and its JSON path. */
struct place {
	const struct json *value;
	const char *path;
	struct containr_error *err;
};

static int set_string(const struct place *at, const char *key, char **slot)
{
	const char *text = NULL;
	int r = json_read_string(at->value, at->path, key, &text, at->err);

	if (r < 0 || !text)
		return r;
	free(*slot);
	*slot = strdup(text);
	return *slot ? 0 : fail_oom(at->err);
}

static int require(const struct place *at, const char *key)
{
	if (json_get(at->value, key))
		return 0;
	return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s%s%s: is required", at->path,
		    *at->path ? "." : "", key);
}

static int read_id(const struct place *at, const char *key, uint32_t *ret_id)
{
	uint64_t value = *ret_id;
	int r = json_read_uint(at->value, at->path, key, UINT32_MAX - 1, &value, at->err);

	*ret_id = (uint32_t)value;
	return r;
}

/* Reads an object of strings as KEY=VALUE; a key with "=" in it would come out as another one. */
static int read_string_map(const struct place *parent, const char *key, struct strv *list)
{
	const struct json *map;
	char path[PATH_TEXT];
	int r = json_read_child(parent->value, parent->path, key, JSON_OBJECT, &map, parent->err);

	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), "%s%s%s", parent->path, *parent->path ? "." : "", key);
	for (const struct json *item = json_first(map); item; item = item->next) {
		const char *text = NULL;

		if (strchr(item->key, '='))
			return fail(parent->err, CONTAINR_E_INVALID_CONFIG,
				    "%s: '%s' may not contain '='", path, item->key);
		r = json_read_string(map, path, item->key, &text, parent->err);
		if (r < 0)
			return r;
		strv_pushf(list, "%s=%s", item->key, text ? text : "");
	}
	return list->failed ? fail_oom(parent->err) : 0;
}

/* Calls @read for each object of an array. */
static int for_each(const struct place *parent, const char *key, void *target,
		    int (*read)(const struct place *at, void *target))
{
	const struct json *array;
	char path[PATH_TEXT];
	size_t index = 0;
	int r = json_read_child(parent->value, parent->path, key, JSON_ARRAY, &array, parent->err);

	if (r < 0)
		return r;
	for (const struct json *item = json_first(array); item; item = item->next, index++) {
		struct place at = { item, path, parent->err };

		(void)snprintf(path, sizeof(path), "%s%s%s[%zu]", parent->path,
			       *parent->path ? "." : "", key, index);
		if (item->type != JSON_OBJECT)
			return fail(parent->err, CONTAINR_E_INVALID_CONFIG,
				    "%s: expected an object", path);
		r = read(&at, target);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_object(const struct place *parent, const char *key, void *target,
		       int (*read)(const struct place *at, void *target))
{
	const struct json *value;
	char path[PATH_TEXT];
	struct place at = { NULL, path, parent->err };
	int r = json_read_child(parent->value, parent->path, key, JSON_OBJECT, &value, parent->err);

	if (r < 0 || !value)
		return r;
	(void)snprintf(path, sizeof(path), "%s%s%s", parent->path, *parent->path ? "." : "", key);
	at.value = value;
	return read(&at, target);
}

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
	int r = read_id(at, "uid", &user->uid);

	if (r == 0)
		r = read_id(at, "gid", &user->gid);
	if (r == 0)
		r = set_string(at, "username", &user->name);
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
	int r = require(at, "type");

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
	int r = require(at, "cwd");

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

/* What would be silently weaker if it were left out. */
static int refuse_process(const struct place *at)
{
	static const char *const refused[] = { "apparmorProfile", "selinuxLabel", "scheduler",
					       "ioPriority", "execCPUAffinity" };

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const char *text = NULL;
		const struct json *value = json_get(at->value, refused[i]);

		if (value && value->type == JSON_STRING)
			text = value->string;
		if (value && !(text && !*text))
			return fail(at->err, CONTAINR_E_UNSUPPORTED, "%s.%s: is not supported",
				    at->path, refused[i]);
	}
	return 0;
}

static int read_process(const struct place *at, void *target)
{
	struct oci_process *process = target;
	int r = refuse_process(at);

	if (r == 0)
		r = json_read_bool(at->value, at->path, "terminal", &process->terminal, at->err);
	if (r == 0)
		r = json_read_bool(at->value, at->path, "noNewPrivileges",
				   &process->no_new_privileges, at->err);
	if (r == 0)
		r = read_object(at, "consoleSize", process, read_console_size);
	if (r == 0)
		r = read_object(at, "user", &process->user, read_user);
	if (r == 0)
		r = set_string(at, "cwd", &process->cwd);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "args", &process->args, at->err);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "env", &process->env, at->err);
	if (r == 0)
		r = read_object(at, "capabilities", process, read_caps);
	if (r == 0)
		r = for_each(at, "rlimits", process, read_rlimit);
	if (r == 0)
		r = read_oom_score(at, process);
	return r < 0 ? r : check_process(at, process);
}

int oci_process_parse(const struct json *value, const char *path, struct oci_process *process,
		      struct containr_error *err)
{
	struct place at = { value, path, err };

	if (value->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: expected an object", path);
	return read_process(&at, process);
}

static int read_mount(const struct place *at, void *target)
{
	const char *destination = NULL;
	const char *type = NULL;
	const char *source = NULL;
	autostrv options = { 0 };
	int r = require(at, "destination");

	if (r == 0)
		r = json_read_string(at->value, at->path, "destination", &destination, at->err);
	if (r == 0)
		r = json_read_string(at->value, at->path, "type", &type, at->err);
	if (r == 0)
		r = json_read_string(at->value, at->path, "source", &source, at->err);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "options", &options, at->err);
	if (r < 0)
		return r;
	if (json_get(at->value, "uidMappings") || json_get(at->value, "gidMappings"))
		return fail(at->err, CONTAINR_E_UNSUPPORTED,
			    "%s: id-mapped mounts are not supported", at->path);
	/* without a type it is a bind mount if its options say so, as runc and crun read it */
	if (!type)
		type = strv_contains(&options, "bind") || strv_contains(&options, "rbind") ? "bind"
											   : "";
	return oci_add_mount(target, destination, type, source ? source : type, options.items,
			     at->err);
}

static int read_namespace(const struct place *at, void *target)
{
	struct oci_config *config = target;
	const struct ns_kind *kind;
	const char *type = "";
	const char *path = NULL;
	int r = json_read_string(at->value, at->path, "type", &type, at->err);

	if (r == 0)
		r = json_read_string(at->value, at->path, "path", &path, at->err);
	if (r < 0)
		return r;
	kind = ns_find_oci(type);
	if (!kind)
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.type: unknown namespace '%s'",
			    at->path, type);
	if (kind->flag == CLONE_NEWUSER || kind->flag == NS_NEWTIME)
		return fail(at->err, CONTAINR_E_UNSUPPORTED,
			    "%s.type: %s namespaces are not supported", at->path, type);
	if (oci_namespace(config, kind->flag))
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.type: '%s' is given twice",
			    at->path, type);
	return oci_add_namespace(config, kind->flag, path && *path ? path : NULL, at->err);
}

static int read_device(const struct place *at, void *target)
{
	struct oci_device device = { .mode = 0666 };
	const char *path = NULL;
	const char *type = "";
	int64_t major = 0;
	int64_t minor = 0;
	int64_t mode = 0666;
	int r = require(at, "path");

	if (r == 0)
		r = json_read_string(at->value, at->path, "path", &path, at->err);
	if (r == 0)
		r = json_read_string(at->value, at->path, "type", &type, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "major", 0, UINT32_MAX, &major, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "minor", 0, UINT32_MAX, &minor, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "fileMode", 0, 07777 | 0170000, &mode,
				  at->err);
	if (r == 0)
		r = read_id(at, "uid", &device.uid);
	if (r == 0)
		r = read_id(at, "gid", &device.gid);
	if (r < 0)
		return r;
	if (strlen(type) != 1 || !strchr("cbup", type[0]))
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.type: expected c, b, u or p",
			    at->path);
	device.type = type[0];
	device.major = (unsigned int)major;
	device.minor = (unsigned int)minor;
	device.mode = (unsigned int)mode & 07777;
	device.path = (char *)(uintptr_t)path; /* copied by oci_add_device() */
	return oci_add_device(target, &device, at->err);
}

static int read_device_rule(const struct place *at, void *target)
{
	struct device_rule rule = { .type = 'a', .major = -1, .minor = -1 };
	const char *type = "a";
	const char *access = "";
	int r = json_read_bool(at->value, at->path, "allow", &rule.allow, at->err);

	if (r == 0)
		r = json_read_string(at->value, at->path, "type", &type, at->err);
	if (r == 0)
		r = json_read_string(at->value, at->path, "access", &access, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "major", -1, UINT32_MAX, &rule.major,
				  at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "minor", -1, UINT32_MAX, &rule.minor,
				  at->err);
	if (r < 0)
		return r;
	if (strlen(type) > 1 || !strchr("acb", type[0]))
		return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s.type: expected a, c or b",
			    at->path);
	rule.type = *type ? *type : 'a';
	for (; *access; access++) {
		const char *known = "rwm";
		const char *found = strchr(known, *access);

		if (!found)
			return fail(at->err, CONTAINR_E_INVALID_CONFIG,
				    "%s.access: expected letters of rwm", at->path);
		rule.access |= 1u << (found - known);
	}
	if (!rule.access)
		rule.access = DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD;
	return oci_add_device_rule(target, &rule, at->err);
}

static int read_memory(const struct place *at, void *target)
{
	struct oci_resources *resources = target;
	int r = json_read_int(at->value, at->path, "limit", -1, INT64_MAX, &resources->memory_limit,
			      at->err);

	if (r == 0)
		r = json_read_int(at->value, at->path, "swap", -1, INT64_MAX,
				  &resources->memory_swap, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "reservation", -1, INT64_MAX,
				  &resources->memory_reservation, at->err);
	return r;
}

static int read_cpu(const struct place *at, void *target)
{
	struct oci_resources *resources = target;
	int r = json_read_int(at->value, at->path, "shares", 0, INT64_MAX, &resources->cpu_shares,
			      at->err);

	if (r == 0)
		r = json_read_int(at->value, at->path, "quota", -1, INT64_MAX,
				  &resources->cpu_quota, at->err);
	if (r == 0)
		r = json_read_int(at->value, at->path, "period", 0, INT64_MAX,
				  &resources->cpu_period, at->err);
	if (r == 0)
		r = set_string(at, "cpus", &resources->cpuset_cpus);
	if (r == 0)
		r = set_string(at, "mems", &resources->cpuset_mems);
	return r;
}

static int read_pids(const struct place *at, void *target)
{
	struct oci_resources *resources = target;

	return json_read_int(at->value, at->path, "limit", -1, INT64_MAX, &resources->pids_limit,
			     at->err);
}

/* A limit that was asked for and not set is worse than an error. */
static int refuse_resources(const struct place *at)
{
	static const char *const refused[] = { "unified", "hugepageLimits", "network", "rdma" };

	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		const struct json *value = json_get(at->value, refused[i]);

		if (value && value->len > 0)
			return fail(at->err, CONTAINR_E_UNSUPPORTED, "%s.%s: is not supported",
				    at->path, refused[i]);
	}
	return 0;
}

static int read_resources(const struct place *at, void *target)
{
	struct oci_config *config = target;
	int r = for_each(at, "devices", config, read_device_rule);

	if (r == 0)
		r = read_object(at, "memory", &config->resources, read_memory);
	if (r == 0)
		r = read_object(at, "cpu", &config->resources, read_cpu);
	if (r == 0)
		r = read_object(at, "pids", &config->resources, read_pids);
	return r < 0 ? r : refuse_resources(at);
}

static int read_linux(const struct place *at, void *target)
{
	struct oci_config *config = target;
	const struct json *seccomp = NULL;
	int r = for_each(at, "namespaces", config, read_namespace);

	if (r == 0)
		r = for_each(at, "devices", config, read_device);
	if (r == 0)
		r = read_object(at, "resources", config, read_resources);
	if (r == 0)
		r = set_string(at, "cgroupsPath", &config->cgroups_path);
	if (r == 0)
		r = set_string(at, "rootfsPropagation", &config->rootfs_propagation);
	if (r == 0)
		r = read_string_map(at, "sysctl", &config->sysctls);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "maskedPaths", &config->masked_paths,
				      at->err);
	if (r == 0)
		r = json_read_strings(at->value, at->path, "readonlyPaths", &config->readonly_paths,
				      at->err);
	if (r == 0)
		r = json_read_child(at->value, at->path, "seccomp", JSON_OBJECT, &seccomp, at->err);
	if (r < 0)
		return r;
	config->seccomp_profile = seccomp;
	if (seccomp)
		config->seccomp = OCI_SECCOMP_PROFILE;
	return 0;
}

static int read_root(const struct place *at, void *target)
{
	struct oci_config *config = target;
	int r = require(at, "path");

	if (r == 0)
		r = set_string(at, "path", &config->root_path);
	if (r == 0)
		r = json_read_bool(at->value, at->path, "readonly", &config->root_readonly,
				   at->err);
	return r;
}

/* An empty list of hooks is no hook. */
static int refuse_hooks(const struct place *at, void *target)
{
	(void)target;
	for (const struct json *kind = json_first(at->value); kind; kind = kind->next)
		if (kind->len > 0)
			return fail(at->err, CONTAINR_E_UNSUPPORTED,
				    "%s.%s: hooks are not supported", at->path, kind->key);
	return 0;
}

static int check_version(const struct place *at, const struct oci_config *config)
{
	if (!config->version || strncmp(config->version, "1.", 2) != 0)
		return fail(at->err, CONTAINR_E_INVALID_CONFIG,
			    "ociVersion: expected a version of 1.x, found '%s'",
			    config->version ? config->version : "");
	return 0;
}

static int read_top(const struct place *at, struct oci_config *config)
{
	int r = set_string(at, "ociVersion", &config->version);

	if (r == 0)
		r = check_version(at, config);
	if (r == 0)
		r = require(at, "root");
	if (r == 0)
		r = read_object(at, "root", config, read_root);
	config->has_process = json_get(at->value, "process") != NULL;
	if (r == 0)
		r = read_object(at, "process", &config->process, read_process);
	if (r == 0)
		r = set_string(at, "hostname", &config->hostname);
	if (r == 0)
		r = set_string(at, "domainname", &config->domainname);
	if (r == 0)
		r = for_each(at, "mounts", config, read_mount);
	if (r == 0)
		r = read_object(at, "hooks", NULL, refuse_hooks);
	if (r == 0)
		r = read_string_map(at, "annotations", &config->annotations);
	if (r == 0)
		r = read_object(at, "linux", config, read_linux);
	return r;
}

static void choose_named_profile(struct oci_config *config)
{
	const char *name = oci_annotation(config, OCI_ANNOTATION_SECCOMP);

	if (config->seccomp == OCI_SECCOMP_NONE && name && strcmp(name, "default") == 0)
		config->seccomp = OCI_SECCOMP_DEFAULT;
}

int oci_config_parse(const char *text, size_t len, const char *what, struct oci_config *ret_config,
		     struct containr_error *err)
{
	autojson doc = { 0 };
	struct place at = { NULL, "", err };
	struct oci_config config;
	int r = json_parse(text, len, what, &doc, err);

	if (r < 0)
		return r;
	if (doc.root->type != JSON_OBJECT)
		return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: expected an object", what);
	at.value = doc.root;
	oci_config_init(&config);
	r = read_top(&at, &config);
	if (r < 0) {
		oci_config_release(&config);
		return r;
	}
	choose_named_profile(&config);
	if (config.seccomp_profile) {
		config.seccomp_doc = doc;
		doc = (struct json_doc) { 0 };
	}
	*ret_config = config;
	return 0;
}
