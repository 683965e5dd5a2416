/* SPDX-License-Identifier: MIT */
#include "container/bundle.h"

#include "base/cleanup.h"
#include "kernel/pidfd.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

void bundle_watch_close(struct bundle_watch *watch)
{
	cgroup_close(&watch->cgroup);
	cleanup_close(&watch->pidfd);
	cleanup_close(&watch->counter);
	cleanup_close(&watch->oom);
	*watch = (struct bundle_watch) { CGROUP_INIT, -1, -1, -1 };
}

int bundle_watch_open(struct bundle *bundle, struct bundle_watch *ret_watch,
		      struct containr_error *err)
{
	struct bundle_watch watch = { CGROUP_INIT, -1, -1, -1 };
	autofree char *path = NULL;
	struct cgroup_host host;
	int r = bundle_load_config(bundle, err);

	if (r < 0)
		return r;
	if (strcmp(bundle_status(bundle), "stopped") == 0)
		return fail(err, CONTAINR_E_INVALID_STATE,
			    "cannot watch container '%s': it is stopped", bundle->id);
	path = bundle_cgroup_path(bundle);
	if (!path)
		return fail_oom(err);
	cgroup_host_probe(&host);
	r = pidfd_of(bundle->state.pid, &watch.pidfd, err);
	if (r == 0)
		r = cgroup_open(&host, path, &watch.cgroup, err);
	if (r < 0) {
		bundle_watch_close(&watch);
		return r;
	}
	cgroup_watch_oom(&watch.cgroup, &watch.counter, &watch.oom);
	*ret_watch = watch;
	return 0;
}

/* v2 tells of other events of memory by the same file. */
static bool takes_oom(const struct bundle_watch *watch, int64_t *count)
{
	const char *file = watch->oom >= 0 ? "memory.oom_control" : "memory.events";
	int64_t before = *count;
	uint64_t times;

	if (watch->oom >= 0)
		return read(watch->oom, &times, sizeof(times)) == sizeof(times);
	return cgroup_read_key(&watch->cgroup, CGROUP_MEMORY, file, "oom_kill", count) &&
	       *count > before;
}

enum bundle_event bundle_watch_wait(const struct bundle_watch *watch, int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = watch->pidfd, .events = POLLIN },
		{ .fd = watch->oom, .events = POLLIN },
		{ .fd = watch->oom >= 0 ? -1 : watch->counter, .events = POLLPRI },
	};
	int64_t count = 0;

	(void)cgroup_read_key(&watch->cgroup, CGROUP_MEMORY, "memory.events", "oom_kill", &count);
	for (;;) {
		if (poll(fds, ARRAY_LEN(fds), timeout_ms) <= 0)
			return BUNDLE_EVENT_TIMEOUT;
		/* the end of the cgroup wakes the others as well */
		if ((fds[1].revents || fds[2].revents) && takes_oom(watch, &count))
			return BUNDLE_EVENT_OOM;
		if (fds[0].revents)
			return BUNDLE_EVENT_END;
	}
}

/* Where a number of a stats event stands, in either kind of cgroups. */
struct figure {
	const char *key;
	enum cgroup_controller controller;
	const char *v1;
	const char *v2;
};

static void write_figures(struct json_writer *w, const struct cgroup *cgroup,
			  const struct figure *figures, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct figure *one = &figures[i];
		bool v1 = cgroup->dirs[one->controller] >= 0;
		int64_t value = 0;

		if (cgroup_read_number(cgroup, one->controller, v1 ? one->v1 : one->v2, &value))
			json_int(w, one->key, value);
	}
}

static void write_cpu(struct json_writer *w, const struct cgroup *cgroup)
{
	static const struct {
		const char *key;
		const char *name;
	} times[] = { { "total", "usage_usec" },
		      { "kernel", "system_usec" },
		      { "user", "user_usec" } };
	int64_t value = 0;

	json_open_object(w, "cpu");
	json_open_object(w, "usage");
	for (size_t i = 0; i < ARRAY_LEN(times); i++)
		if (cgroup_read_key(cgroup, CGROUP_UNIFIED, "cpu.stat", times[i].name, &value))
			json_int(w, times[i].key, value * 1000);
	if (cgroup->dirs[CGROUP_UNIFIED] < 0 &&
	    cgroup_read_number(cgroup, CGROUP_CPUACCT, "cpuacct.usage", &value))
		json_int(w, "total", value);
	json_close_object(w);
	json_open_object(w, "throttling");
	if (cgroup_read_key(cgroup, CGROUP_CPU, "cpu.stat", "nr_periods", &value))
		json_int(w, "periods", value);
	if (cgroup_read_key(cgroup, CGROUP_CPU, "cpu.stat", "nr_throttled", &value))
		json_int(w, "throttledPeriods", value);
	json_close_object(w);
	json_close_object(w);
}

void bundle_write_stats(struct json_writer *w, const struct bundle_watch *watch)
{
	static const struct figure memory[] = {
		{ "usage", CGROUP_MEMORY, "memory.usage_in_bytes", "memory.current" },
		{ "limit", CGROUP_MEMORY, "memory.limit_in_bytes", "memory.max" },
		{ "max", CGROUP_MEMORY, "memory.max_usage_in_bytes", "memory.peak" },
	};
	static const struct figure pids[] = {
		{ "current", CGROUP_PIDS, "pids.current", "pids.current" },
		{ "limit", CGROUP_PIDS, "pids.max", "pids.max" },
	};
	const struct cgroup *cgroup = &watch->cgroup;
	bool v1 = cgroup->dirs[CGROUP_MEMORY] >= 0;
	int64_t cache = 0;

	json_open_object(w, "data");
	write_cpu(w, cgroup);
	json_open_object(w, "memory");
	if (cgroup_read_key(cgroup, CGROUP_MEMORY, "memory.stat", v1 ? "cache" : "file", &cache))
		json_int(w, "cache", cache);
	json_open_object(w, "usage");
	write_figures(w, cgroup, memory, ARRAY_LEN(memory));
	json_close_object(w);
	json_close_object(w);
	json_open_object(w, "pids");
	write_figures(w, cgroup, pids, ARRAY_LEN(pids));
	json_close_object(w);
	json_close_object(w);
}
