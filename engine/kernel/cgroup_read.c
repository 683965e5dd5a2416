/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define FILE_MAX (1 << 20)

/* In v2 all controllers share the unified folder. */
static int controller_dir(const struct cgroup *cgroup, enum cgroup_controller controller)
{
	return cgroup->dirs[controller] >= 0 ? cgroup->dirs[controller]
					     : cgroup->dirs[CGROUP_UNIFIED];
}

static ssize_t read_text(int dir, const char *file, char *text, size_t size)
{
	autoclose int fd = dir < 0 ? -1 : openat(dir, file, O_RDONLY | O_CLOEXEC);
	ssize_t len = fd < 0 ? -1 : read(fd, text, size - 1);

	if (len >= 0)
		text[len] = '\0';
	return len;
}

/* v1 writes "no limit" as a number near INT64_MAX, rounded down to pages. */
static bool parse_number(const char *text, int64_t *ret_value)
{
	char *end;
	long long value;

	if (strncmp(text, "max", 3) == 0) {
		*ret_value = INT64_MAX;
		return true;
	}
	errno = 0;
	value = strtoll(text, &end, 10);
	if (end == text)
		return false;
	*ret_value = errno == ERANGE ? INT64_MAX : value;
	return true;
}

bool cgroup_read_number(const struct cgroup *cgroup, enum cgroup_controller controller,
			const char *file, int64_t *ret_value)
{
	char text[128];

	return read_text(controller_dir(cgroup, controller), file, text, sizeof(text)) > 0 &&
	       parse_number(text, ret_value);
}

bool cgroup_read_key(const struct cgroup *cgroup, enum cgroup_controller controller,
		     const char *file, const char *key, int64_t *ret_value)
{
	char text[8192];
	size_t len = strlen(key);
	const char *p = text;

	if (read_text(controller_dir(cgroup, controller), file, text, sizeof(text)) <= 0)
		return false;
	while (p && *p) {
		if (strncmp(p, key, len) == 0 && p[len] == ' ')
			return parse_number(p + len + 1, ret_value);
		p = strchr(p, '\n');
		p = p ? p + 1 : NULL;
	}
	return false;
}

/* Documentation/admin-guide/cgroup-v1/memory.rst, 10. OOM Control */
void cgroup_watch_oom(const struct cgroup *cgroup, int *ret_counter, int *ret_event)
{
	bool v2 = cgroup->dirs[CGROUP_MEMORY] < 0;
	int dir = controller_dir(cgroup, CGROUP_MEMORY);
	autoclose int control = -1;
	autoclose int event = -1;
	char text[64];
	int len;

	*ret_event = -1;
	*ret_counter = dir < 0 ? -1
			       : openat(dir, v2 ? "memory.events" : "memory.oom_control",
					O_RDONLY | O_CLOEXEC);
	if (v2 || *ret_counter < 0)
		return;
	control = openat(dir, "cgroup.event_control", O_WRONLY | O_CLOEXEC);
	event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (control < 0 || event < 0)
		return;
	len = snprintf(text, sizeof(text), "%d %d", event, *ret_counter);
	if (write(control, text, (size_t)len) == len)
		*ret_event = steal_fd(&event);
}

static int procs_dir(const struct cgroup *cgroup)
{
	static const enum cgroup_controller order[] = { CGROUP_UNIFIED, CGROUP_PIDS, CGROUP_MEMORY,
							CGROUP_DEVICES, CGROUP_CPU };

	for (size_t i = 0; i < ARRAY_LEN(order); i++)
		if (cgroup->dirs[order[i]] >= 0)
			return cgroup->dirs[order[i]];
	return -1;
}

int cgroup_read_procs(const struct cgroup_host *host, const char *path, struct str *out,
		      struct containr_error *err)
{
	autocgroup cgroup = CGROUP_INIT;
	int r = cgroup_open(host, path, &cgroup, err);
	int dir;

	if (r < 0)
		return r;
	dir = procs_dir(&cgroup);
	if (dir < 0)
		return fail(err, CONTAINR_E_CGROUP_SETUP, "there is no cgroup '%s'", path);
	return fs_read_file(dir, "cgroup.procs", FILE_MAX, out, err);
}

/* Sends @signal to all that are listed; returns how many there were. */
static size_t signal_listed(const char *text, int signal)
{
	size_t count = 0;

	for (const char *p = text; isdigit((unsigned char)*p);) {
		char *end;
		long pid = strtol(p, &end, 10);

		if (pid > 0 && kill((pid_t)pid, signal) == 0)
			count++;
		p = *end == '\n' ? end + 1 : end;
	}
	return count;
}

int cgroup_kill(const struct cgroup_host *host, const char *path, int signal,
		struct containr_error *err)
{
	autocgroup cgroup = CGROUP_INIT;
	struct containr_error ignored;
	autoclose int fd = -1;
	int r = cgroup_open(host, path, &cgroup, err);

	if (r < 0)
		return r;
	if (signal == SIGKILL && cgroup.dirs[CGROUP_FREEZER] >= 0)
		error_ignore(cgroup_freeze(host, path, false, &ignored));
	if (signal == SIGKILL && cgroup.dirs[CGROUP_UNIFIED] >= 0) {
		fd = openat(cgroup.dirs[CGROUP_UNIFIED], "cgroup.kill", O_WRONLY | O_CLOEXEC);
		if (fd >= 0 && write(fd, "1", 1) == 1)
			return 0;
	}
	/* a fork may slip in between reading and killing; each round finds fewer */
	for (int round = 0; round < 100; round++) {
		autostr list = STR_INIT;

		if (procs_dir(&cgroup) < 0)
			return 0;
		r = fs_read_file(procs_dir(&cgroup), "cgroup.procs", FILE_MAX, &list, err);
		if (r < 0)
			return err->sys_errno == ENODEV ? 0 : r;
		if (signal_listed(list.data, signal) == 0 || signal != SIGKILL)
			return 0;
		(void)poll(NULL, 0, 1);
	}
	return fail(err, CONTAINR_E_CGROUP_SETUP, "cannot end all processes of cgroup '%s'", path);
}
