/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_resources.h"
#include "kernel/ns.h"

#include <assert.h>
#include <string.h>

static void write_optional(struct json_writer *w, const char *key, const char *text)
{
	if (text && *text)
		json_string(w, key, text);
}

static void write_limit(struct json_writer *w, const char *key, int64_t value)
{
	if (value != OCI_UNSET)
		json_int(w, key, value);
}

static void write_members(struct json_writer *w, const struct strv *items)
{
	for (size_t i = 0; i < items->len; i++) {
		char *equals = strchr(items->items[i], '=');

		assert(equals);
		*equals = '\0';
		json_string(w, items->items[i], equals + 1);
		*equals = '=';
	}
}

static void write_map(struct json_writer *w, const char *key, const struct strv *items)
{
	if (!items->len)
		return;
	json_open_object(w, key);
	write_members(w, items);
	json_close_object(w);
}

static void write_caps_set(struct json_writer *w, const char *key, uint64_t mask)
{
	json_open_array(w, key);
	for (int cap = 0; cap < 64; cap++)
		if (mask & CAPS_BIT(cap) && caps_name(cap))
			json_string(w, NULL, caps_name(cap));
	json_close_array(w);
}

static void write_user(struct json_writer *w, const struct oci_user *user)
{
	json_open_object(w, "user");
	json_uint(w, "uid", user->uid);
	json_uint(w, "gid", user->gid);
	write_optional(w, "username", user->name);
	if (user->umask >= 0)
		json_int(w, "umask", user->umask);
	if (user->group_count) {
		json_open_array(w, "additionalGids");
		for (size_t i = 0; i < user->group_count; i++)
			json_uint(w, NULL, user->groups[i]);
		json_close_array(w);
	}
	json_close_object(w);
}

static void write_rlimits(struct json_writer *w, const struct oci_process *process)
{
	if (!process->rlimit_count)
		return;
	json_open_array(w, "rlimits");
	for (size_t i = 0; i < process->rlimit_count; i++) {
		json_open_object(w, NULL);
		json_string(w, "type", rlimit_name(process->rlimits[i].resource));
		json_uint(w, "hard", process->rlimits[i].hard);
		json_uint(w, "soft", process->rlimits[i].soft);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_process(struct json_writer *w, const struct oci_process *process)
{
	json_open_object(w, "process");
	if (process->terminal)
		json_bool(w, "terminal", true);
	if (process->rows || process->columns) {
		json_open_object(w, "consoleSize");
		json_uint(w, "height", process->rows);
		json_uint(w, "width", process->columns);
		json_close_object(w);
	}
	write_user(w, &process->user);
	json_strings(w, "args", process->args.items);
	json_strings(w, "env", process->env.items);
	json_string(w, "cwd", process->cwd);
	if (process->has_capabilities) {
		json_open_object(w, "capabilities");
		write_caps_set(w, "bounding", process->caps.bounding);
		write_caps_set(w, "effective", process->caps.effective);
		write_caps_set(w, "permitted", process->caps.permitted);
		write_caps_set(w, "inheritable", process->caps.inheritable);
		write_caps_set(w, "ambient", process->caps.ambient);
		json_close_object(w);
	}
	write_rlimits(w, process);
	if (process->no_new_privileges)
		json_bool(w, "noNewPrivileges", true);
	if (process->has_oom_score_adj)
		json_int(w, "oomScoreAdj", process->oom_score_adj);
	oci_schedule_write(w, process);
	write_optional(w, "apparmorProfile", process->apparmor_profile);
	write_optional(w, "selinuxLabel", process->selinux_label);
	json_close_object(w);
}

static void write_mounts(struct json_writer *w, const struct oci_config *config)
{
	json_open_array(w, "mounts");
	for (size_t i = 0; i < config->mount_count; i++) {
		const struct oci_mount *mount = &config->mounts[i];

		json_open_object(w, NULL);
		json_string(w, "destination", mount->destination);
		write_optional(w, "type", mount->type);
		write_optional(w, "source", mount->source);
		if (mount->options.len)
			json_strings(w, "options", mount->options.items);
		oci_mappings_write(w, &mount->uid_map, &mount->gid_map);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_device_rules(struct json_writer *w, const struct oci_resources *resources)
{
	static const char letters[] = "rwm";

	json_open_array(w, "devices");
	for (size_t i = 0; i < resources->device_count; i++) {
		const struct device_rule *rule = &resources->devices[i];
		char access[4];
		size_t used = 0;

		for (size_t bit = 0; bit < 3; bit++)
			if (rule->access & 1u << bit)
				access[used++] = letters[bit];
		access[used] = '\0';
		json_open_object(w, NULL);
		json_bool(w, "allow", rule->allow);
		json_string_len(w, "type", &rule->type, 1);
		if (rule->major >= 0)
			json_int(w, "major", rule->major);
		if (rule->minor >= 0)
			json_int(w, "minor", rule->minor);
		json_string(w, "access", access);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_resources(struct json_writer *w, const struct oci_resources *resources)
{
	json_open_object(w, "resources");
	write_device_rules(w, resources);
	json_open_object(w, "memory");
	write_limit(w, "limit", resources->memory_limit);
	write_limit(w, "swap", resources->memory_swap);
	write_limit(w, "reservation", resources->memory_reservation);
	oci_memory_settings_write(w, resources);
	if (resources->memory_checked)
		json_bool(w, "checkBeforeUpdate", true);
	json_close_object(w);
	json_open_object(w, "cpu");
	write_limit(w, "shares", resources->cpu_shares);
	write_limit(w, "quota", resources->cpu_quota);
	write_limit(w, "period", resources->cpu_period);
	write_optional(w, "cpus", resources->cpuset_cpus);
	write_optional(w, "mems", resources->cpuset_mems);
	oci_cpu_settings_write(w, resources);
	json_close_object(w);
	if (resources->pids_limit != OCI_UNSET) {
		json_open_object(w, "pids");
		json_int(w, "limit", resources->pids_limit);
		json_close_object(w);
	}
	oci_settings_write(w, resources);
	json_close_object(w);
}

static void write_namespaces(struct json_writer *w, const struct oci_config *config)
{
	json_open_array(w, "namespaces");
	for (size_t i = 0; i < config->namespace_count; i++) {
		json_open_object(w, NULL);
		for (size_t k = 0; k < ns_kind_count; k++)
			if (ns_kinds[k].flag == config->namespaces[i].flag)
				json_string(w, "type", ns_kinds[k].oci_name);
		write_optional(w, "path", config->namespaces[i].path);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_devices(struct json_writer *w, const struct oci_config *config)
{
	if (!config->device_count)
		return;
	json_open_array(w, "devices");
	for (size_t i = 0; i < config->device_count; i++) {
		const struct oci_device *device = &config->devices[i];

		json_open_object(w, NULL);
		json_string(w, "path", device->path);
		json_string_len(w, "type", &device->type, 1);
		json_uint(w, "major", device->major);
		json_uint(w, "minor", device->minor);
		json_uint(w, "fileMode", device->mode);
		json_uint(w, "uid", device->uid);
		json_uint(w, "gid", device->gid);
		json_close_object(w);
	}
	json_close_array(w);
}

static void write_linux(struct json_writer *w, const struct oci_config *config)
{
	json_open_object(w, "linux");
	write_namespaces(w, config);
	oci_mappings_write(w, &config->uid_map, &config->gid_map);
	oci_time_offsets_write(w, config);
	write_devices(w, config);
	oci_intel_rdt_write(w, config);
	oci_memory_policy_write(w, config);
	oci_net_devices_write(w, config);
	write_optional(w, "cgroupsPath", config->cgroups_path);
	write_resources(w, &config->resources);
	write_map(w, "sysctl", &config->sysctls);
	write_optional(w, "rootfsPropagation", config->rootfs_propagation);
	write_optional(w, "mountLabel", config->mount_label);
	if (config->is_32_bit) {
		json_open_object(w, "personality");
		json_string(w, "domain", "LINUX32");
		json_close_object(w);
	}
	if (config->seccomp_profile)
		json_copy(w, "seccomp", config->seccomp_profile);
	json_strings(w, "maskedPaths", config->masked_paths.items);
	json_strings(w, "readonlyPaths", config->readonly_paths.items);
	json_close_object(w);
}

/* The names of groups are kept as an annotation, which is in none of the lists in memory. */
static void write_annotations(struct json_writer *w, const struct oci_config *config)
{
	const struct strv *groups = &config->process.user.group_names;
	autostr names = STR_INIT;

	if (!config->annotations.len && !groups->len)
		return;
	json_open_object(w, "annotations");
	write_members(w, &config->annotations);
	for (size_t i = 0; i < groups->len; i++)
		str_appendf(&names, "%s%s", i ? "," : "", groups->items[i]);
	if (names.len)
		json_string(w, OCI_ANNOTATION_GROUPS, names.data);
	w->out->failed = w->out->failed || names.failed;
	json_close_object(w);
}

void oci_config_write(struct json_writer *writer, const struct oci_config *config)
{
	json_open_object(writer, NULL);
	json_string(writer, "ociVersion", config->version);
	json_open_object(writer, "root");
	json_string(writer, "path", config->root_path);
	if (config->root_readonly)
		json_bool(writer, "readonly", true);
	json_close_object(writer);
	if (config->has_process)
		write_process(writer, &config->process);
	write_optional(writer, "hostname", config->hostname);
	write_optional(writer, "domainname", config->domainname);
	write_mounts(writer, config);
	oci_hooks_write(writer, config);
	write_annotations(writer, config);
	write_linux(writer, config);
	json_close_object(writer);
}
