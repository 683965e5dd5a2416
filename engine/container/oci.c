/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/oci_resources.h"
#include "kernel/seccomp_json.h"

#include <string.h>

#define CONFIG_MAX (16 << 20)

void oci_config_init(struct oci_config *config)
{
	*config = (struct oci_config) {
		.process.user.umask = -1,
	};
	oci_resources_init(&config->resources);
}

void oci_process_release(struct oci_process *process)
{
	free(process->user.groups);
	free(process->user.name);
	strv_release(&process->user.group_names);
	free(process->cwd);
	strv_release(&process->args);
	strv_release(&process->env);
	free(process->rlimits);
	free(process->cpus_initial_text);
	free(process->cpus_final_text);
	free(process->apparmor_profile);
	free(process->selinux_label);
	*process = (struct oci_process) { 0 };
}

static void release_arrays(struct oci_config *config)
{
	for (size_t i = 0; i < config->mount_count; i++) {
		free(config->mounts[i].destination);
		free(config->mounts[i].type);
		free(config->mounts[i].source);
		if (config->mounts[i].tree > 0)
			cleanup_close(&config->mounts[i].tree);
		strv_release(&config->mounts[i].options);
		idmap_release(&config->mounts[i].uid_map);
		idmap_release(&config->mounts[i].gid_map);
	}
	for (size_t i = 0; i < config->namespace_count; i++)
		free(config->namespaces[i].path);
	for (size_t i = 0; i < config->device_count; i++)
		free(config->devices[i].path);
	free(config->mounts);
	free(config->namespaces);
	free(config->devices);
}

void oci_config_release(struct oci_config *config)
{
	release_arrays(config);
	oci_hooks_release(config);
	oci_process_release(&config->process);
	idmap_release(&config->uid_map);
	idmap_release(&config->gid_map);
	free(config->version);
	free(config->root_path);
	free(config->hostname);
	free(config->domainname);
	free(config->cgroups_path);
	free(config->rootfs_propagation);
	free(config->mount_label);
	free(config->memory_nodes);
	resctrl_wish_release(&config->intel_rdt);
	oci_net_devices_release(config);
	strv_release(&config->masked_paths);
	strv_release(&config->readonly_paths);
	strv_release(&config->sysctls);
	strv_release(&config->annotations);
	oci_resources_release(&config->resources);
	json_doc_release(&config->seccomp_doc);
	oci_config_init(config);
}

int oci_config_load(int dir, const char *path, struct oci_config *ret_config,
		    struct containr_error *err)
{
	autostr text = STR_INIT;
	int r = fs_read_file(dir, path, CONFIG_MAX, &text, err);

	if (r < 0)
		return r;
	return oci_config_parse(text.data, text.len, path, ret_config, err);
}

const char *oci_annotation(const struct oci_config *config, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < config->annotations.len; i++) {
		const char *item = config->annotations.items[i];

		if (strncmp(item, key, len) == 0 && item[len] == '=')
			return item + len + 1;
	}
	return NULL;
}

const struct oci_namespace *oci_namespace(const struct oci_config *config, int flag)
{
	for (size_t i = 0; i < config->namespace_count; i++)
		if (config->namespaces[i].flag == flag)
			return &config->namespaces[i];
	return NULL;
}

int oci_namespace_flags(const struct oci_config *config)
{
	int flags = 0;

	for (size_t i = 0; i < config->namespace_count; i++)
		flags |= config->namespaces[i].flag;
	return flags;
}

/* Makes room for one more item of @size bytes; the arrays are small, so they grow by eight. */
static void *grow(void *array, size_t *count, size_t size)
{
	void *items = array;

	if (*count % 8 == 0)
		items = reallocarray(array, *count + 8, size);
	if (items)
		(*count)++;
	return items;
}

int oci_add_mount(struct oci_config *config, const char *destination, const char *type,
		  const char *source, char *const *options, struct containr_error *err)
{
	struct oci_mount mount = { .destination = strdup(destination),
				   .type = strdup(type),
				   .source = strdup(source) };
	struct oci_mount *mounts;

	strv_extend(&mount.options, options);
	mounts = grow(config->mounts, &config->mount_count, sizeof(*mounts));
	if (!mounts || !mount.destination || !mount.type || !mount.source || mount.options.failed) {
		free(mount.destination);
		free(mount.type);
		free(mount.source);
		strv_release(&mount.options);
		if (mounts) {
			config->mounts = mounts;
			config->mount_count--;
		}
		return fail_oom(err);
	}
	config->mounts = mounts;
	config->mounts[config->mount_count - 1] = mount;
	return 0;
}

int oci_add_namespace(struct oci_config *config, int flag, const char *path,
		      struct containr_error *err)
{
	struct oci_namespace *namespaces =
		grow(config->namespaces, &config->namespace_count, sizeof(*namespaces));
	struct oci_namespace *last;

	if (!namespaces)
		return fail_oom(err);
	config->namespaces = namespaces;
	last = &namespaces[config->namespace_count - 1];
	*last = (struct oci_namespace) { .flag = flag, .path = path ? strdup(path) : NULL };
	return path && !last->path ? fail_oom(err) : 0;
}

int oci_add_device(struct oci_config *config, const struct oci_device *device,
		   struct containr_error *err)
{
	struct oci_device *devices = grow(config->devices, &config->device_count, sizeof(*devices));
	struct oci_device *last;

	if (!devices)
		return fail_oom(err);
	config->devices = devices;
	last = &devices[config->device_count - 1];
	*last = *device;
	last->path = strdup(device->path);
	return last->path ? 0 : fail_oom(err);
}

int oci_add_device_rule(struct oci_config *config, const struct device_rule *rule,
			struct containr_error *err)
{
	struct oci_resources *resources = &config->resources;
	struct device_rule *rules =
		grow(resources->devices, &resources->device_count, sizeof(*rules));

	if (!rules)
		return fail_oom(err);
	resources->devices = rules;
	rules[resources->device_count - 1] = *rule;
	return 0;
}

int oci_add_rlimit(struct oci_process *process, const struct rlimit_setting *rlimit,
		   struct containr_error *err)
{
	struct rlimit_setting *rlimits =
		grow(process->rlimits, &process->rlimit_count, sizeof(*rlimits));

	if (!rlimits)
		return fail_oom(err);
	process->rlimits = rlimits;
	rlimits[process->rlimit_count - 1] = *rlimit;
	return 0;
}

void oci_set_env(struct strv *env, const char *item)
{
	size_t key = strcspn(item, "=") + 1;

	for (size_t i = 0; i < env->len; i++) {
		char *copy;

		if (strncmp(env->items[i], item, key) != 0)
			continue;
		copy = strdup(item);
		if (!copy) {
			env->failed = true;
			return;
		}
		free(env->items[i]);
		env->items[i] = copy;
		return;
	}
	strv_push(env, item);
}

int oci_seccomp_compile(const struct oci_config *config, struct seccomp_filter *ret_filter,
			struct containr_error *err)
{
	autoseccomp_profile profile = { 0 };
	uint64_t caps = config->process.has_capabilities ? config->process.caps.bounding : CAPS_ALL;
	int r = 0;

	switch (config->seccomp) {
	case OCI_SECCOMP_NONE:
		*ret_filter = (struct seccomp_filter) { 0 };
		return 0;
	case OCI_SECCOMP_DEFAULT:
		r = seccomp_profile_default(caps, &profile, err);
		break;
	case OCI_SECCOMP_PROFILE:
		r = seccomp_profile_parse(config->seccomp_profile, "linux.seccomp", caps, &profile,
					  err);
		break;
	}
	return r < 0 ? r : seccomp_filter_compile(&profile, ret_filter, err);
}
