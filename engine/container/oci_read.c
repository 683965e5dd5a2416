/* SPDX-License-Identifier: MIT */
#include "container/oci.h"

#include "base/cleanup.h"
#include "container/oci_place.h"
#include "container/oci_resources.h"
#include "kernel/ns.h"

#include <sched.h>
#include <string.h>

static int read_mount(const struct place *at, void *target)
{
	const char *destination = NULL;
	const char *type = NULL;
	const char *source = NULL;
	autostrv options = { 0 };
	struct oci_config *config = target;
	struct oci_mount *mount;
	int r = place_require(at, "destination");

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
	/* without a type it is a bind mount if its options say so, as runc and crun read it */
	if (!type)
		type = strv_contains(&options, "bind") || strv_contains(&options, "rbind") ? "bind"
											   : "";
	r = oci_add_mount(config, destination, type, source ? source : type, options.items,
			  at->err);
	if (r < 0)
		return r;
	mount = &config->mounts[config->mount_count - 1];
	return oci_mappings_read(at, &mount->uid_map, &mount->gid_map);
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
	int r = place_require(at, "path");

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
		r = place_id(at, "uid", &device.uid);
	if (r == 0)
		r = place_id(at, "gid", &device.gid);
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

static int read_resources(const struct place *at, void *target)
{
	struct oci_config *config = target;
	int r = place_each(at, "devices", config, read_device_rule);

	return r < 0 ? r : oci_resources_read(at, &config->resources);
}

static int read_personality(const struct place *at, void *target)
{
	struct oci_config *config = target;
	static const char *const refused[] = { "flags" };
	const char *domain = "";
	int r = json_read_string(at->value, at->path, "domain", &domain, at->err);

	if (r == 0)
		r = place_refuse(at, refused, ARRAY_LEN(refused));
	if (r < 0)
		return r;
	config->is_32_bit = strcmp(domain, "LINUX32") == 0;
	if (!config->is_32_bit && strcmp(domain, "LINUX") != 0)
		return fail(at->err, CONTAINR_E_INVALID_CONFIG,
			    "%s.domain: expected LINUX or LINUX32, found '%s'", at->path, domain);
	return 0;
}

static int read_linux(const struct place *at, void *target)
{
	struct oci_config *config = target;
	const struct json *seccomp = NULL;
	int r = place_each(at, "namespaces", config, read_namespace);

	if (r == 0)
		r = oci_mappings_read(at, &config->uid_map, &config->gid_map);
	if (r == 0)
		r = place_object(at, "timeOffsets", config, oci_time_offsets_read);
	if (r == 0)
		r = place_each(at, "devices", config, read_device);
	if (r == 0)
		r = place_object(at, "resources", config, read_resources);
	if (r == 0)
		r = place_object(at, "personality", config, read_personality);
	if (r == 0)
		r = place_object(at, "intelRdt", config, oci_intel_rdt_read);
	if (r == 0)
		r = place_object(at, "memoryPolicy", config, oci_memory_policy_read);
	if (r == 0)
		r = place_object(at, "netDevices", config, oci_net_devices_read);
	if (r == 0)
		r = place_string(at, "cgroupsPath", &config->cgroups_path);
	if (r == 0)
		r = place_string(at, "rootfsPropagation", &config->rootfs_propagation);
	if (r == 0)
		r = place_string(at, "mountLabel", &config->mount_label);
	if (r == 0)
		r = place_string_map(at, "sysctl", &config->sysctls);
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
	int r = place_require(at, "path");

	if (r == 0)
		r = place_string(at, "path", &config->root_path);
	if (r == 0)
		r = json_read_bool(at->value, at->path, "readonly", &config->root_readonly,
				   at->err);
	return r;
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
	int r = place_string(at, "ociVersion", &config->version);

	if (r == 0)
		r = check_version(at, config);
	if (r == 0)
		r = place_require(at, "root");
	if (r == 0)
		r = place_object(at, "root", config, read_root);
	config->has_process = json_get(at->value, "process") != NULL;
	if (r == 0)
		r = place_object(at, "process", &config->process, oci_process_read);
	if (r == 0)
		r = place_string(at, "hostname", &config->hostname);
	if (r == 0)
		r = place_string(at, "domainname", &config->domainname);
	if (r == 0)
		r = place_each(at, "mounts", config, read_mount);
	if (r == 0)
		r = place_object(at, "hooks", config, oci_hooks_read);
	if (r == 0)
		r = place_string_map(at, "annotations", &config->annotations);
	if (r == 0)
		r = place_object(at, "linux", config, read_linux);
	return r;
}

static void choose_named_profile(struct oci_config *config)
{
	const char *name = oci_annotation(config, OCI_ANNOTATION_SECCOMP);

	if (config->seccomp == OCI_SECCOMP_NONE && name && strcmp(name, "default") == 0)
		config->seccomp = OCI_SECCOMP_DEFAULT;
}

/* Takes the annotation out of the list again: write_annotations() makes it of the names. */
static int read_group_names(struct oci_config *config, struct containr_error *err)
{
	const char *names = oci_annotation(config, OCI_ANNOTATION_GROUPS);
	struct strv *list = &config->process.user.group_names;

	while (names && *names) {
		size_t len = strcspn(names, ",");

		if (len)
			strv_push_take(list, strndup(names, len));
		names += len;
		names += *names == ',';
	}
	for (size_t i = 0; list->len && i < config->annotations.len; i++) {
		char **item = &config->annotations.items[i];

		if (!str_starts_with(*item, OCI_ANNOTATION_GROUPS "="))
			continue;
		free(*item);
		memmove(item, item + 1, (config->annotations.len - i) * sizeof(*item));
		config->annotations.len--;
	}
	return list->failed ? fail_oom(err) : 0;
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
	if (r == 0)
		r = read_group_names(&config, err);
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
