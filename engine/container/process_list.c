/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/str.h"
#include "base/time.h"
#include "container/live.h"
#include "kernel/proc_stat.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CGROUP_TEXT_MAX (64 << 10)
#define COMMAND_MAX (4 << 20)

/*
 * Which of the host's processes are a container's: those in its cgroups (wherever it has put them
 * below), those in a pid namespace of its own, and all children of these. The cgroup alone would
 * not do: an ordinary user may have none to give.
 */
struct found {
	struct containr_process process;
	bool belongs;
};

struct search {
	const char *id;
	int first;	       /* pid of the container's first process */
	struct stat namespace; /* its pid namespace; st_ino 0 where that is shared with us */
	int64_t boot_ns;       /* since 1970 */
	struct found *items;
	size_t count;
	size_t cap;
	struct containr_error *err;
};

static int64_t ticks_to_ns(uint64_t ticks)
{
	long per_second = sysconf(_SC_CLK_TCK);

	return per_second > 0 ? (int64_t)ticks * (TIME_NS_PER_SEC / per_second) : 0;
}

static int64_t boot_time_ns(void)
{
	struct timespec up = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &up);
	return time_now_ns() - up.tv_sec * TIME_NS_PER_SEC - up.tv_nsec;
}

static bool is_in_cgroup(int dir, const char *id)
{
	autostr text = STR_INIT;
	struct containr_error ignored;

	return fs_read_file(dir, "cgroup", CGROUP_TEXT_MAX, &text, &ignored) == 0 &&
	       strstr(text.data, id);
}

static bool is_in_namespace(int dir, const struct stat *namespace)
{
	struct stat own;

	return namespace->st_ino && fstatat(dir, "ns/pid", &own, 0) == 0 &&
	       own.st_ino == namespace->st_ino && own.st_dev == namespace->st_dev;
}

/* Arguments end in NULs; a kernel thread or a zombie has none but a name. */
static char *read_command(int dir)
{
	struct str text = STR_INIT;
	struct str name = STR_INIT;
	struct containr_error ignored;
	char *whole = NULL;

	if (fs_read_file(dir, "cmdline", COMMAND_MAX, &text, &ignored) == 0 && text.len > 0) {
		for (size_t i = 0; i < text.len; i++)
			if (text.data[i] == '\0')
				text.data[i] = ' ';
		while (text.len > 0 && text.data[text.len - 1] == ' ')
			text.data[--text.len] = '\0';
	} else if (fs_read_file(dir, "comm", CGROUP_TEXT_MAX, &name, &ignored) == 0) {
		str_clear(&text);
		str_appendf(&text, "[%.*s]", (int)strcspn(name.data, "\n"), name.data);
	}
	whole = str_steal(&text);
	str_release(&name);
	return whole ? whole : strdup("");
}

static int look_at(struct search *search, int proc, const char *name)
{
	autoclose int dir = openat(proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct found one = { .process.pid = (int)strtol(name, NULL, 10) };
	struct proc_stat stat;
	struct stat owner;

	/* what ends meanwhile is not there */
	if (dir < 0 || fstat(dir, &owner) < 0 || proc_stat_read(one.process.pid, &stat) < 0)
		return 0;
	if (search->count == search->cap) {
		size_t cap = search->cap ? search->cap * 2 : 128;
		struct found *items = reallocarray(search->items, cap, sizeof(*items));

		if (!items)
			return fail_oom(search->err);
		search->items = items;
		search->cap = cap;
	}
	one.process.parent_pid = stat.parent;
	one.process.uid = owner.st_uid;
	one.process.terminal = stat.terminal;
	one.process.cpu_ns = ticks_to_ns(stat.user_ticks + stat.system_ticks);
	one.process.started_ns = search->boot_ns + ticks_to_ns(stat.start_ticks);
	one.belongs = one.process.pid == search->first || is_in_cgroup(dir, search->id) ||
		      is_in_namespace(dir, &search->namespace);
	search->items[search->count++] = one;
	return 0;
}

static bool parent_belongs(const struct search *search, const struct found *child)
{
	for (size_t i = 0; i < search->count; i++)
		if (search->items[i].process.pid == child->process.parent_pid)
			return search->items[i].belongs;
	return false;
}

static void add_children(struct search *search)
{
	bool added = true;

	while (added) {
		added = false;
		for (size_t i = 0; i < search->count; i++) {
			struct found *one = &search->items[i];

			if (one->belongs || !parent_belongs(search, one))
				continue;
			one->belongs = true;
			added = true;
		}
	}
}

static int look_at_all(struct search *search)
{
	autoclosedir DIR *proc = opendir("/proc");
	const struct dirent *entry;
	int r = 0;

	if (!proc)
		return fail_sys(search->err, CONTAINR_E_IO, "cannot read '/proc'");
	while (r == 0 && (entry = readdir(proc)))
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			r = look_at(search, dirfd(proc), entry->d_name);
	add_children(search);
	return r;
}

/* Only what belongs is asked for its command: that may be megabytes. */
static int take(struct search *search, struct containr_process **ret_processes, size_t *ret_count)
{
	struct containr_process *list = calloc(search->count + 1, sizeof(*list));
	size_t count = 0;

	if (!list)
		return fail_oom(search->err);
	for (size_t i = 0; i < search->count; i++) {
		struct found *one = &search->items[i];
		char path[32];
		autoclose int dir = -1;

		(void)snprintf(path, sizeof(path), "/proc/%d", one->process.pid);
		if (one->belongs)
			dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0)
			continue;
		list[count] = one->process;
		list[count].command = read_command(dir);
		if (!list[count++].command) {
			containr_process_list_free(list, count);
			return fail_oom(search->err);
		}
	}
	*ret_processes = list;
	*ret_count = count;
	return 0;
}

void containr_process_list_free(struct containr_process *processes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(processes[i].command);
	free(processes);
}

int containr_process_list(struct containr *engine, const char *container,
			  struct containr_process **ret_processes, size_t *ret_count,
			  struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autoclose int pidfd = -1;
	struct search search = { .boot_ns = boot_time_ns(), .err = err };
	struct stat own = { 0 };
	char path[64];
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = live_open_process(&live, container, &pidfd, err);
	if (r < 0)
		return r;
	search.id = live.id;
	search.first = live.state.pid;
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", live.state.pid);
	if (stat(path, &search.namespace) < 0 || stat("/proc/self/ns/pid", &own) < 0 ||
	    own.st_ino == search.namespace.st_ino)
		search.namespace.st_ino = 0;
	r = look_at_all(&search);
	if (r == 0)
		r = take(&search, ret_processes, ret_count);
	free(search.items);
	return r;
}
