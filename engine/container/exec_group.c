/* SPDX-License-Identifier: MIT */
#include "container/exec_group.h"

#include "base/cleanup.h"
#include "kernel/proc_stat.h"

#include <dirent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#define NAME_DIGITS 16
#define ROUNDS 100

static void name_group(const char *exec_id, char ret_name[NAME_DIGITS + 8])
{
	(void)snprintf(ret_name, NAME_DIGITS + 8, "exec-%.*s", NAME_DIGITS, exec_id);
}

void exec_group_make(const struct cgroup_host *host, const char *path, const char *exec_id,
		     struct cgroup *cgroup, struct exec_group *ret_group)
{
	char name[NAME_DIGITS + 8];
	struct containr_error ignored;

	*ret_group = EXEC_GROUP_INIT;
	ret_group->host = *host;
	name_group(exec_id, name);
	if (cgroup_nest(name, cgroup, &ignored) == 0)
		(void)snprintf(ret_group->path, sizeof(ret_group->path), "%s/%s", path, name);
}

struct round {
	pid_t leader;
	pid_t *found; /* killed in this round or an earlier one */
	size_t count;
	size_t cap;
	size_t killed; /* in this round */
};

static bool is_found(const struct round *round, pid_t pid)
{
	for (size_t i = 0; i < round->count; i++)
		if (round->found[i] == pid)
			return true;
	return false;
}

static void kill_if_ours(struct round *round, pid_t pid)
{
	struct proc_stat stat;

	if (pid <= 0 || proc_stat_read(pid, &stat) < 0 || stat.state == 'Z' || stat.state == 'X')
		return;
	if (stat.session != round->leader && !is_found(round, stat.parent))
		return;
	if (kill(pid, SIGKILL) < 0)
		return;
	round->killed++;
	if (is_found(round, pid))
		return;
	if (round->count == round->cap) {
		size_t cap = round->cap ? round->cap * 2 : 16;
		pid_t *found = reallocarray(round->found, cap, sizeof(*found));

		if (!found)
			return; /* its children are still those of its session */
		round->found = found;
		round->cap = cap;
	}
	round->found[round->count++] = pid;
}

/* A fork may slip in between looking and killing; each round finds fewer. */
static void kill_session(pid_t leader)
{
	struct round round = { .leader = leader };

	for (int i = 0; i < ROUNDS; i++) {
		autoclosedir DIR *proc = opendir("/proc");
		const struct dirent *entry;

		round.killed = 0;
		while (proc && (entry = readdir(proc)))
			kill_if_ours(&round, (pid_t)strtol(entry->d_name, NULL, 10));
		if (round.killed == 0)
			break;
		(void)poll(NULL, 0, 1);
	}
	free(round.found);
}

void exec_group_kill(const struct exec_group *group, pid_t pid)
{
	struct containr_error ignored;

	if (*group->path)
		error_ignore(cgroup_kill(&group->host, group->path, SIGKILL, &ignored));
	else if (pid > 0)
		kill_session(pid);
	if (pid > 0)
		(void)kill(pid, SIGKILL);
}

void exec_group_remove(const struct exec_group *group)
{
	char full[EXEC_GROUP_PATH + 64];
	static const enum cgroup_controller order[] = { CGROUP_UNIFIED, CGROUP_FREEZER,
							CGROUP_PIDS };

	/* at once: who is still in there is not waited for */
	for (size_t i = 0; *group->path && i < ARRAY_LEN(order); i++)
		if (cgroup_folder(&group->host, order[i], group->path, full, sizeof(full)) == 0)
			(void)rmdir(full);
}

void exec_group_sweep(const struct containr *engine, const char *id, const char *exec_id)
{
	struct exec_group group = EXEC_GROUP_INIT;
	struct containr_error ignored;
	struct cgroup_place place;
	char name[NAME_DIGITS + 8];

	cgroup_host_probe(&group.host);
	cgroup_place_find(engine, id, &place);
	name_group(exec_id, name);
	(void)snprintf(group.path, sizeof(group.path), "%s/%s", place.path, name);
	exec_group_kill(&group, 0);
	error_ignore(cgroup_remove(&group.host, group.path, &ignored));
}
