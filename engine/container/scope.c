/* SPDX-License-Identifier: MIT */
#include "container/scope.h"

#include "base/cleanup.h"
#include "base/exe.h"
#include "base/fs.h"
#include "kernel/clone.h"
#include "systemd/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FIRST_FD 16 /* of ours: above all that the helper gets */

static int move_up(int fd)
{
	int moved = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD);

	(void)close(fd);
	return moved;
}

static int make_pipe(int *ret_from, int *ret_to)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	*ret_from = move_up(ends[0]);
	*ret_to = move_up(ends[1]);
	return *ret_from < 0 || *ret_to < 0 ? -1 : 0;
}

static int find_helper(const char *libexec, char path[PATH_MAX], struct containr_error *err)
{
	char folder[PATH_MAX];
	int r = libexec ? 0 : exe_libexec(folder, sizeof(folder), err);

	if (r == 0)
		(void)snprintf(path, PATH_MAX, "%s/" SYSTEMD_PROGRAM, libexec ? libexec : folder);
	return r;
}

static int fail_spawn(int failed, const char *path, struct containr_error *err)
{
	errno = failed;
	if (failed != ENOENT)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot start '%s'", path);
	(void)fail(err, CONTAINR_E_UNSUPPORTED, "the systemd cgroup manager needs '%s'", path);
	return fail_hint(err, "it is built where libsystemd is; or use --cgroup-manager cgroupfs");
}

/* @input: its standard input; -1: it gets none. */
static int spawn(const char *libexec, const struct strv *argv, int input, int report,
		 pid_t *ret_pid, struct containr_error *err)
{
	posix_spawn_file_actions_t actions;
	char path[PATH_MAX];
	int failed;
	int r = find_helper(libexec, path, err);

	if (r < 0)
		return r;
	if (argv->failed || posix_spawn_file_actions_init(&actions) != 0)
		return fail_oom(err);
	failed = input < 0 ? posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
							      O_RDONLY, 0)
			   : posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
	if (failed == 0)
		failed = posix_spawn_file_actions_adddup2(&actions, report, SYSTEMD_REPORT_FD);
	if (failed == 0)
		failed = posix_spawn(ret_pid, path, &actions, NULL, argv->items, environ);
	(void)posix_spawn_file_actions_destroy(&actions);
	return failed ? fail_spawn(failed, path, err) : 0;
}

static int read_report(int fd, struct systemd_report *report, struct containr_error *err)
{
	ssize_t got;

	do
		got = read(fd, report, sizeof(*report));
	while (got < 0 && errno == EINTR);
	if (got != sizeof(*report))
		return fail(err, CONTAINR_E_CGROUP_SETUP, SYSTEMD_PROGRAM " ended early");
	if (report->error.code == CONTAINR_E_OK)
		return 0;
	*err = report->error;
	return -report->error.code;
}

static void begin_arguments(struct strv *argv, const char *verb, bool of_user, const char *unit)
{
	strv_push(argv, SYSTEMD_PROGRAM);
	strv_push(argv, verb);
	strv_push(argv, of_user ? "user" : "system");
	strv_push(argv, unit);
}

static int take_path(struct plan *plan, const struct systemd_report *report,
		     struct containr_error *err)
{
	char *path = strndup(report->cgroup, sizeof(report->cgroup) - 1);

	if (!path)
		return fail_oom(err);
	free(plan->cgroup.path);
	plan->cgroup.path = path;
	return 0;
}

int scope_begin(const char *libexec, struct plan *plan, struct scope *ret_scope,
		struct containr_error *err)
{
	struct scope scope = SCOPE_INIT;
	struct systemd_report report;
	autostrv argv = { 0 };
	autoclose int input = -1;
	autoclose int output = -1;
	int r = 0;

	if (!plan->scope.unit)
		return 0;
	begin_arguments(&argv, "start", plan->scope.of_user, plan->scope.unit);
	strv_extend(&argv, plan->scope.properties.items);
	if (make_pipe(&input, &scope.requests) < 0 || make_pipe(&scope.reports, &output) < 0)
		r = fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot create a pipe");
	if (r == 0)
		r = spawn(libexec, &argv, input, output, &scope.helper, err);
	cleanup_close(&output);
	output = -1;
	if (r == 0)
		r = read_report(scope.reports, &report, err);
	if (r == 0)
		r = take_path(plan, &report, err);
	if (r < 0)
		scope_end(&scope);
	else
		*ret_scope = scope;
	return r;
}

int scope_attach(struct scope *scope, pid_t pid, struct containr_error *err)
{
	struct systemd_report report;
	int32_t number = pid;

	if (fs_write_all(scope->requests, &number, sizeof(number)) < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot ask " SYSTEMD_PROGRAM);
	return read_report(scope->reports, &report, err);
}

void scope_end(struct scope *scope)
{
	cleanup_close(&scope->requests);
	cleanup_close(&scope->reports);
	if (scope->helper > 0)
		(void)clone_reap(scope->helper);
	*scope = SCOPE_INIT;
}

static int call(const char *libexec, struct strv *argv, struct containr_error *err)
{
	struct systemd_report report;
	autoclose int reports = -1;
	autoclose int output = -1;
	pid_t pid;
	int r;

	if (make_pipe(&reports, &output) < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot create a pipe");
	r = spawn(libexec, argv, -1, output, &pid, err);
	if (r < 0)
		return r;
	cleanup_close(&output);
	output = -1;
	r = read_report(reports, &report, err);
	(void)clone_reap(pid);
	return r;
}

int scope_set(const char *libexec, bool of_user, const char *unit, const struct strv *properties,
	      struct containr_error *err)
{
	autostrv argv = { 0 };

	if (!properties->len)
		return 0;
	begin_arguments(&argv, "set", of_user, unit);
	strv_extend(&argv, properties->items);
	return call(libexec, &argv, err);
}

int scope_stop(const char *libexec, bool of_user, const char *unit, struct containr_error *err)
{
	autostrv argv = { 0 };

	begin_arguments(&argv, "stop", of_user, unit);
	return call(libexec, &argv, err);
}
