/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/time.h"
#include "container/cgroup_place.h"
#include "container/live.h"
#include "container/oci.h"
#include "kernel/cgroup.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#define PROC_FILE_MAX (1 << 20)

/* The number behind @key in "key: N kB" of /proc/meminfo, in bytes; 0 if it cannot be read. */
static int64_t host_memory(void)
{
	autostr text = STR_INIT;
	struct containr_error ignored;
	const char *found;

	if (fs_read_file(AT_FDCWD, "/proc/meminfo", PROC_FILE_MAX, &text, &ignored) < 0)
		return 0;
	found = strstr(text.data, "MemTotal:");
	return found ? strtoll(found + strlen("MemTotal:"), NULL, 10) * 1024 : 0;
}

static int64_t ticks_to_ns(int64_t ticks)
{
	long per_second = sysconf(_SC_CLK_TCK);

	return per_second > 0 ? ticks * (TIME_NS_PER_SEC / per_second) : 0;
}

/*
 * The unified hierarchy counts CPU time of each cgroup even on hybrid hosts, where the controller
 * itself belongs to v1. Documentation/admin-guide/cgroup-v2.rst, cpu.stat.
 */
static void read_cpu(const struct cgroup *cgroup, struct containr_stats *stats)
{
	int64_t value;

	if (cgroup_read_key(cgroup, CGROUP_UNIFIED, "cpu.stat", "usage_usec", &value)) {
		stats->cpu_total_ns = value * 1000;
		if (cgroup_read_key(cgroup, CGROUP_UNIFIED, "cpu.stat", "user_usec", &value))
			stats->cpu_user_ns = value * 1000;
		if (cgroup_read_key(cgroup, CGROUP_UNIFIED, "cpu.stat", "system_usec", &value))
			stats->cpu_system_ns = value * 1000;
		return;
	}
	(void)cgroup_read_number(cgroup, CGROUP_CPUACCT, "cpuacct.usage", &stats->cpu_total_ns);
	if (cgroup_read_key(cgroup, CGROUP_CPUACCT, "cpuacct.stat", "user", &value))
		stats->cpu_user_ns = ticks_to_ns(value);
	if (cgroup_read_key(cgroup, CGROUP_CPUACCT, "cpuacct.stat", "system", &value))
		stats->cpu_system_ns = ticks_to_ns(value);
}

/* Docker's figure: the page cache that the kernel would drop first is not counted as used. */
static void read_memory(const struct cgroup *cgroup, struct containr_stats *stats)
{
	bool v1 = cgroup->dirs[CGROUP_MEMORY] >= 0;
	int64_t inactive = 0;
	int64_t total = host_memory();

	stats->memory_max_bytes = -1;
	stats->memory_limit_bytes = INT64_MAX;
	(void)cgroup_read_number(cgroup, CGROUP_MEMORY,
				 v1 ? "memory.usage_in_bytes" : "memory.current",
				 &stats->memory_usage_bytes);
	(void)cgroup_read_key(cgroup, CGROUP_MEMORY, "memory.stat",
			      v1 ? "total_inactive_file" : "inactive_file", &inactive);
	(void)cgroup_read_number(cgroup, CGROUP_MEMORY,
				 v1 ? "memory.max_usage_in_bytes" : "memory.peak",
				 &stats->memory_max_bytes);
	(void)cgroup_read_number(cgroup, CGROUP_MEMORY, v1 ? "memory.limit_in_bytes" : "memory.max",
				 &stats->memory_limit_bytes);
	if (stats->memory_usage_bytes >= 0 && inactive < stats->memory_usage_bytes)
		stats->memory_usage_bytes -= inactive;
	if (total && total < stats->memory_limit_bytes)
		stats->memory_limit_bytes = total;
}

static void read_pids(const struct cgroup *cgroup, struct containr_stats *stats)
{
	stats->pids_limit = INT64_MAX;
	(void)cgroup_read_number(cgroup, CGROUP_PIDS, "pids.current", &stats->pids_current);
	(void)cgroup_read_number(cgroup, CGROUP_PIDS, "pids.max", &stats->pids_limit);
}

/* Sums "  eth0: RXBYTES packets errs drop fifo frame compressed multicast TXBYTES ..." */
static void read_network(int pid, struct containr_stats *stats)
{
	autostr text = STR_INIT;
	struct containr_error ignored;
	char path[64];
	char *rest;
	char *line;

	(void)snprintf(path, sizeof(path), "/proc/%d/net/dev", pid);
	if (fs_read_file(AT_FDCWD, path, PROC_FILE_MAX, &text, &ignored) < 0)
		return;
	rest = text.data;
	while ((line = strsep(&rest, "\n"))) {
		char *colon = strchr(line, ':');
		char *number;
		int64_t values[9] = { 0 };

		line += strspn(line, " ");
		if (!colon || strncmp(line, "lo:", 3) == 0)
			continue;
		number = colon + 1;
		for (size_t i = 0; i < ARRAY_LEN(values); i++)
			values[i] = strtoll(number, &number, 10);
		stats->network_rx_bytes += values[0];
		stats->network_tx_bytes += values[8];
	}
}

/* v1 lists "8:0 Read 4096" for each device, v2 "8:0 rbytes=4096 wbytes=0 ..." */
static void read_block(const struct cgroup *cgroup, struct containr_stats *stats)
{
	bool v1 = cgroup->dirs[CGROUP_BLKIO] >= 0;
	int dir = v1 ? cgroup->dirs[CGROUP_BLKIO] : cgroup->dirs[CGROUP_UNIFIED];
	const char *read_key = v1 ? " Read " : " rbytes=";
	const char *write_key = v1 ? " Write " : " wbytes=";
	autostr text = STR_INIT;
	struct containr_error ignored;

	stats->block_read_bytes = stats->block_write_bytes = -1;
	if (dir < 0 || fs_read_file(dir, v1 ? "blkio.throttle.io_service_bytes" : "io.stat",
				    PROC_FILE_MAX, &text, &ignored) < 0)
		return;
	stats->block_read_bytes = stats->block_write_bytes = 0;
	for (const char *p = text.data; (p = strstr(p, read_key)); p += strlen(read_key))
		stats->block_read_bytes += strtoll(p + strlen(read_key), NULL, 10);
	for (const char *p = text.data; (p = strstr(p, write_key)); p += strlen(write_key))
		stats->block_write_bytes += strtoll(p + strlen(write_key), NULL, 10);
}

int containr_stats_read(struct containr *engine, const char *container,
			struct containr_stats *ret_stats, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autocgroup cgroup = CGROUP_INIT;
	struct containr_stats stats = { .time_ns = time_now_ns(),
					.cpu_total_ns = -1,
					.cpu_user_ns = -1,
					.cpu_system_ns = -1,
					.memory_usage_bytes = -1,
					.pids_current = -1 };
	struct cgroup_host host;
	struct cgroup_place place;
	int r = live_find(engine, container, &live, err);

	if (r < 0)
		return r;
	if (live.state.status != STATE_RUNNING)
		return fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "container '%s' is not running",
			    container);
	cgroup_host_probe(&host);
	cgroup_place_find(engine, live.id, &place);
	r = cgroup_open(&host, place.path, &cgroup, err);
	if (r < 0)
		return r;
	read_cpu(&cgroup, &stats);
	read_memory(&cgroup, &stats);
	read_pids(&cgroup, &stats);
	read_network(live.state.pid, &stats);
	read_block(&cgroup, &stats);
	*ret_stats = stats;
	return 0;
}
