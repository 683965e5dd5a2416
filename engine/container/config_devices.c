/* SPDX-License-Identifier: MIT */
#include "container/config_parts.h"

#include "base/cleanup.h"
#include "base/path.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define ALL_ACCESS (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD)

/* Device nodes of the host that go into the container, wherever in a tree of folders they are. */
struct device_copy {
	struct config_maker *maker;
	const char *source; /* on the host */
	const char *target; /* in the container */
	unsigned int access;
	bool with_rule;	     /* without where a rule for all devices stands already */
	struct strv folders; /* below source, still to be looked into; "" first */
};

/* What has another meaning in each container, or is a file system of its own. */
static const char *const own_in_each[] = { "pts",     "shm",  "fd",	     "mqueue",
					   "console", "lxc",  ".lxd-mounts", "lxd",
					   ".udev",   "ptmx", "tty",	     "containr-init" };

static bool read_access(const char *letters, unsigned int *ret_access)
{
	static const char known[] = "rwm";

	*ret_access = 0;
	for (; *letters; letters++) {
		const char *found = strchr(known, *letters);

		if (!found)
			return false;
		*ret_access |= 1u << (found - known);
	}
	return *ret_access != 0;
}

static int add_node(struct device_copy *copy, const struct stat *info, const char *path)
{
	struct config_maker *m = copy->maker;
	const struct oci_device device = { .path = (char *)(uintptr_t)path,
					   .type = S_ISBLK(info->st_mode) ? 'b' : 'c',
					   .major = major(info->st_rdev),
					   .minor = minor(info->st_rdev),
					   .mode = info->st_mode & 07777,
					   .uid = info->st_uid,
					   .gid = info->st_gid };
	const struct device_rule rule = { .allow = true,
					  .type = device.type,
					  .major = device.major,
					  .minor = device.minor,
					  .access = copy->access };
	int r = oci_add_device(m->config, &device, m->err);

	return r < 0 || !copy->with_rule ? r : oci_add_device_rule(m->config, &rule, m->err);
}

static bool is_own_in_each(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(own_in_each); i++)
		if (strcmp(name, own_in_each[i]) == 0)
			return true;
	return false;
}

static int look_at(struct device_copy *copy, int dir, const char *folder, const char *name)
{
	autofree char *path = NULL;
	struct stat info;
	int r = 0;

	if (name[0] == '.' || (!*folder && is_own_in_each(name)) ||
	    fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
		return 0;
	if (S_ISDIR(info.st_mode)) {
		strv_pushf(&copy->folders, "%s/%s", folder, name);
		return copy->folders.failed ? fail_oom(copy->maker->err) : 0;
	}
	if (!S_ISCHR(info.st_mode) && !S_ISBLK(info.st_mode))
		return 0;
	if (asprintf(&path, "%s%s/%s", copy->target, folder, name) < 0) {
		path = NULL;
		return fail_oom(copy->maker->err);
	}
	r = add_node(copy, &info, path);
	return r;
}

static int copy_folder(struct device_copy *copy, const char *folder)
{
	autofree char *path = path_join(copy->source, folder);
	autoclosedir DIR *dir = path ? opendir(path) : NULL;
	const struct dirent *entry;
	int r = 0;

	if (!path)
		return fail_oom(copy->maker->err);
	/* what goes away meanwhile, as devices do, is not there */
	while (dir && r == 0 && (entry = readdir(dir)))
		r = look_at(copy, dirfd(dir), folder, entry->d_name);
	return r;
}

static int copy_tree(struct device_copy *copy)
{
	int r = 0;

	strv_push(&copy->folders, "");
	if (copy->folders.failed)
		r = fail_oom(copy->maker->err);
	for (size_t i = 0; i < copy->folders.len && r == 0; i++) {
		autofree char *folder = strdup(copy->folders.items[i]);

		r = folder ? copy_folder(copy, folder) : fail_oom(copy->maker->err);
	}
	strv_release(&copy->folders);
	return r;
}

static int fail_device(struct config_maker *m, const char *text)
{
	(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
		   "--device: '%s' is not HOST[:CONTAINER[:rwm]]", text);
	return fail_hint(m->err, "write e.g. --device /dev/fuse or --device /dev/sda:/dev/xvda:r");
}

static int copy_device(struct config_maker *m, const char *text, struct device_copy *copy)
{
	struct stat info;

	if (stat(copy->source, &info) < 0)
		return fail_sys(m->err, CONTAINR_E_INVALID_ARGUMENT,
				"--device: cannot look at '%s'", copy->source);
	if (S_ISDIR(info.st_mode)) {
		size_t before = m->config->device_count;
		int r = copy_tree(copy);

		if (r < 0 || m->config->device_count > before)
			return r;
	} else if (S_ISCHR(info.st_mode) || S_ISBLK(info.st_mode)) {
		return add_node(copy, &info, copy->target);
	}
	return fail(m->err, CONTAINR_E_INVALID_ARGUMENT, "--device: '%s' is no device", text);
}

/* HOST, HOST:CONTAINER, HOST:rwm or HOST:CONTAINER:rwm */
static int set_device(struct config_maker *m, const char *text)
{
	struct device_copy copy = { .maker = m, .access = ALL_ACCESS, .with_rule = true };
	autofree char *words = strdup(text);
	char *rest = words;
	const char *parts[3] = { NULL };
	size_t count = 0;

	if (!words)
		return fail_oom(m->err);
	while (rest) {
		if (count == ARRAY_LEN(parts))
			return fail_device(m, text);
		parts[count++] = strsep(&rest, ":");
	}
	copy.source = parts[0];
	copy.target = parts[0];
	if (count == 2 && parts[1][0] != '/' && !read_access(parts[1], &copy.access))
		return fail_device(m, text);
	if (count >= 2 && parts[1][0] == '/')
		copy.target = parts[1];
	if (count == 3 && (parts[1][0] != '/' || !read_access(parts[2], &copy.access)))
		return fail_device(m, text);
	if (copy.source[0] != '/')
		return fail_device(m, text);
	return copy_device(m, text, &copy);
}

/* A number, or "*" for all. */
static bool read_number(const char *text, int64_t *ret_value)
{
	struct containr_error ignored;

	*ret_value = -1;
	return strcmp(text, "*") == 0 ||
	       parse_int64(text, "", 0, UINT32_MAX, ret_value, &ignored) == 0;
}

/* TYPE MAJOR:MINOR ACCESS, as the v1 controller takes it. */
static int set_rule(struct config_maker *m, const char *text)
{
	struct device_rule rule = { .allow = true };
	autofree char *words = strdup(text);
	char *rest = words;
	const char *type;
	const char *first;
	const char *second;
	const char *access;

	if (!words)
		return fail_oom(m->err);
	type = strsep(&rest, " ");
	first = strsep(&rest, ":");
	second = strsep(&rest, " ");
	access = rest;
	if (strlen(type) == 1 && strchr("abc", *type) && first && second && access &&
	    read_number(first, &rule.major) && read_number(second, &rule.minor) &&
	    read_access(access, &rule.access)) {
		rule.type = *type;
		return oci_add_device_rule(m->config, &rule, m->err);
	}
	(void)fail(m->err, CONTAINR_E_INVALID_ARGUMENT,
		   "--device-cgroup-rule: '%s' is not TYPE MAJOR:MINOR ACCESS", text);
	return fail_hint(m->err, "write e.g. --device-cgroup-rule 'c 42:* rwm'");
}

/* What the mounts of a privileged container lose: they are writable. */
static void set_mounts_writable(struct oci_config *config)
{
	for (size_t i = 0; i < config->mount_count; i++) {
		struct strv *options = &config->mounts[i].options;

		if (strcmp(config->mounts[i].type, "sysfs") != 0 &&
		    strcmp(config->mounts[i].type, "cgroup") != 0)
			continue;
		for (size_t k = 0; k < options->len; k++)
			if (strcmp(options->items[k], "ro") == 0)
				memcpy(options->items[k], "rw", sizeof("rw"));
	}
}

static int set_privileged(struct config_maker *m)
{
	static const struct device_rule all = {
		.allow = true, .type = 'a', .major = -1, .minor = -1, .access = ALL_ACCESS
	};
	struct device_copy copy = { .maker = m, .source = "/dev", .target = "/dev" };
	int r = oci_add_device_rule(m->config, &all, m->err);

	set_mounts_writable(m->config);
	return r < 0 ? r : copy_tree(&copy);
}

int config_set_devices(struct config_maker *m)
{
	int r = m->spec->privileged ? set_privileged(m) : 0;

	for (size_t i = 0; i < config_list_len(m->spec->devices) && r == 0; i++)
		r = set_device(m, m->spec->devices[i]);
	for (size_t i = 0; i < config_list_len(m->spec->device_rules) && r == 0; i++)
		r = set_rule(m, m->spec->device_rules[i]);
	return r;
}
