/* SPDX-License-Identifier: MIT */
#include <containr/container.h>
#include <containr/image.h>
#include <containr/info.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "kernel/cgroup.h"
#include "kernel/userns.h"
#include "store/store.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#define OS_RELEASE_MAX (64 << 10)

static int count_containers(struct containr *engine, struct containr_info *info,
			    struct containr_error *err)
{
	struct containr_container **list;
	size_t count;
	int r = containr_container_list(engine, true, &list, &count, err);

	if (r < 0)
		return r;
	info->containers = count;
	for (size_t i = 0; i < count; i++) {
		info->running += strcmp(list[i]->status, "running") == 0;
		info->paused += strcmp(list[i]->status, "paused") == 0;
	}
	info->stopped = count - info->running - info->paused;
	containr_container_list_free(list, count);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct containr_image *const *left = a;
	const struct containr_image *const *right = b;

	return strcmp((*left)->id, (*right)->id);
}

/* The list has an entry for each name; an image with two names is one. */
static int count_images(struct containr *engine, struct containr_info *info,
			struct containr_error *err)
{
	struct containr_image **list;
	size_t count;
	int r = containr_image_list(engine, &list, &count, err);

	if (r < 0)
		return r;
	if (count)
		qsort(list, count, sizeof(*list), by_id);
	for (size_t i = 0; i < count; i++)
		info->images += i == 0 || strcmp(list[i]->id, list[i - 1]->id) != 0;
	containr_image_list_free(list, count);
	return 0;
}

/* PRETTY_NAME="..." */
static void read_operating_system(struct containr_info *info)
{
	static const char key[] = "\nPRETTY_NAME=";
	autostr text = STR_INIT;
	struct containr_error ignored;
	const char *start;
	size_t len;

	(void)snprintf(info->operating_system, sizeof(info->operating_system), "Linux");
	str_append_char(&text, '\n');
	if (fs_read_file(AT_FDCWD, "/etc/os-release", OS_RELEASE_MAX, &text, &ignored) < 0 &&
	    fs_read_file(AT_FDCWD, "/usr/lib/os-release", OS_RELEASE_MAX, &text, &ignored) < 0)
		return;
	start = text.failed ? NULL : strstr(text.data, key);
	if (!start)
		return;
	start += strlen(key);
	start += strspn(start, "\"'");
	len = strcspn(start, "\"'\n");
	(void)snprintf(info->operating_system, sizeof(info->operating_system), "%.*s", (int)len,
		       start);
}

static void read_cgroups(struct containr_info *info)
{
	struct cgroup_host host;
	unsigned int all;

	cgroup_host_probe(&host);
	all = host.v1 | host.v2;
	(void)snprintf(info->cgroup_layout, sizeof(info->cgroup_layout), "%s",
		       cgroup_layout_name(host.layout));
	info->has_memory_limit = all & CGROUP_BIT(CGROUP_MEMORY);
	info->has_cpu_limit = all & CGROUP_BIT(CGROUP_CPU);
	info->has_cpuset = all & CGROUP_BIT(CGROUP_CPUSET);
	info->has_pids_limit = all & CGROUP_BIT(CGROUP_PIDS);
}

int containr_info_read(struct containr *engine, struct containr_info *ret_info,
		       struct containr_error *err)
{
	struct containr_info info = { .root = engine->root, .runroot = engine->runroot };
	struct utsname name;
	struct sysinfo memory;
	int r;

	if (uname(&name) < 0 || sysinfo(&memory) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot ask the kernel about itself");
	(void)snprintf(info.kernel, sizeof(info.kernel), "%s", name.release);
	(void)snprintf(info.architecture, sizeof(info.architecture), "%s", name.machine);
	(void)snprintf(info.hostname, sizeof(info.hostname), "%s", name.nodename);
	info.cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
	info.memory_bytes = (int64_t)memory.totalram * memory.mem_unit;
	info.rootless = userns_is_rootless();
	info.has_apparmor = access("/sys/kernel/security/apparmor/profiles", F_OK) == 0;
	info.has_selinux = access("/sys/fs/selinux/enforce", F_OK) == 0;
	read_cgroups(&info);
	read_operating_system(&info);
	r = count_containers(engine, &info, err);
	if (r == 0)
		r = count_images(engine, &info, err);
	if (r == 0)
		*ret_info = info;
	return r;
}
