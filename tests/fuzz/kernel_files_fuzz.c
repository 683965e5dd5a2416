/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/fs.h"
#include "kernel/cgroup.h"
#include "kernel/idmap.h"
#include "kernel/proc_stat.h"
#include "kernel/resctrl.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * Files of the kernel's and the administrator's: numbers and keys of cgroups, subordinate ids, shares. What
 * is read from them is a number, or nothing; whatever they hold, an id map keeps its promises.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[] = "/dev/shm/containr-fuzz-XXXXXX";
static int folder = -1;

static void clean_up(void)
{
	struct containr_error err;

	error_ignore(fs_remove_tree(AT_FDCWD, dir, &err));
}

static void put_file(const uint8_t *data, size_t size)
{
	autoclose int fd = -1;

	if (folder < 0) {
		if (!mkdtemp(dir) || atexit(clean_up) != 0)
			abort();
		folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	fd = openat(folder, "file", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || fs_write_all(fd, data, size) < 0)
		abort();
}

static void read_cgroup_file(void)
{
	struct cgroup cgroup = CGROUP_INIT;
	int64_t value = -77;

	cgroup.dirs[CGROUP_MEMORY] = folder;
	if (!cgroup_read_number(&cgroup, CGROUP_MEMORY, "file", &value) && value != -77)
		abort();
	value = -77;
	if (!cgroup_read_key(&cgroup, CGROUP_MEMORY, "file", "inactive_file", &value) &&
	    value != -77)
		abort();
}

/* /proc/PID/stat, with a name in it that anybody chooses. */
static void read_proc_stat(const uint8_t *data, size_t size)
{
	autofree char *text = strndup((const char *)data, size);
	struct proc_stat stat = { .start_ticks = 77 };

	if (text && proc_stat_parse(text, &stat) < 0 && stat.start_ticks != 77)
		abort();
}

/* No id inside is two outside, and none outside is two inside. */
static void check_map(const struct idmap *map)
{
	for (size_t i = 0; i < map->count; i++) {
		const struct idmap_range *range = &map->ranges[i];
		uint32_t outside = 0;

		if (!range->count ||
		    !idmap_to_outside(map, range->inside + range->count - 1, &outside) ||
		    outside != range->outside + range->count - 1)
			abort();
		for (size_t k = i + 1; k < map->count; k++)
			if (map->ranges[k].outside < (uint64_t)range->outside + range->count &&
			    range->outside <
				    (uint64_t)map->ranges[k].outside + map->ranges[k].count)
				abort();
	}
}

static void read_subids(const uint8_t *data, size_t size)
{
	struct containr_error err = { 0 };
	struct idmap map = { 0 };
	int r = idmap_add(&map, 0, 1000, 1, &err);

	if (r == 0)
		r = idmap_add_subids(&map, (const char *)data, size, "me", 1000, 1, &err);
	if (r < 0 && (r != -err.code || err.message[0] == '\0'))
		abort();
	check_map(&map);
	idmap_release(&map);
}

/* Mounts and shares of caches: what is read is as it is shown to be, whatever it holds. */
static void read_resctrl(const uint8_t *data, size_t size)
{
	autofree char *text = strndup((const char *)data, size);
	autofree char *mount = resctrl_parse_mounts((const char *)data, size);

	if (mount && *mount != '/')
		abort();
	if (text && strlen(text) < 4096 &&
	    resctrl_is_same(text, "", 0) != resctrl_is_same(text, "L3:", 7))
		abort();
	if (text && strlen(text) < 4096 && resctrl_is_same("L3:0=f", text, 0) &&
	    !resctrl_is_same("L3:0=f", text, 10))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	put_file(data, size);
	read_cgroup_file();
	read_subids(data, size);
	read_proc_stat(data, size);
	read_resctrl(data, size);
	return 0;
}
