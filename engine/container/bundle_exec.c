/* SPDX-License-Identifier: MIT */
#include "container/bundle.h"

#include "base/cleanup.h"
#include "base/path.h"
#include "container/bundle_resctrl.h"
#include "container/exec.h"
#include "container/terminal.h"
#include "kernel/cgroup.h"
#include "kernel/clone.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"

#include <string.h>
#include <unistd.h>

static int finish_exec(const struct bundle_exec *exec, const struct exec_started *started,
		       int console, int *ret_exit_code, struct containr_error *err)
{
	int r = 0;

	if (exec->pid_file)
		r = bundle_write_pid(exec->pid_file, started->pid, err);
	if (r == 0 && console >= 0)
		r = socket_send_fd(console, started->console, "/dev/ptmx", err);
	if (r < 0 || exec->detach)
		return r;
	if (started->console >= 0 && console < 0)
		r = terminal_relay(started->console, STDIN_FILENO, STDOUT_FILENO, started->pidfd,
				   -1, err);
	else
		r = signals_forward(started->pidfd, -1, err);
	*ret_exit_code = clone_reap(started->pid);
	return r;
}

/*
 * The container's cgroups, or what lies below them: in hierarchies where that is not there the process
 * is in the container's own, or it would be out of its limits.
 */
static int open_cgroup(const struct bundle *bundle, const char *below, struct cgroup *cgroup,
		       struct containr_error *err)
{
	autofree char *path = bundle_cgroup_path(bundle);
	autofree char *rooted = NULL;
	autofree char *clean = NULL;
	autofree char *inner = NULL;
	autocgroup found = CGROUP_INIT;
	struct cgroup_host host;
	bool is_there = false;
	int r;

	cgroup_host_probe(&host);
	r = path ? cgroup_open(&host, path, cgroup, err) : fail_oom(err);
	if (r < 0 || !below)
		return r;
	/* as an absolute path it leads nowhere above */
	rooted = path_join("/", below);
	clean = rooted ? path_clean(rooted) : NULL;
	if (!clean || asprintf(&inner, "%s%s", path, clean) < 0)
		return fail_oom(err);
	r = cgroup_open(&host, inner, &found, err);
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT && r == 0; i++) {
		if (found.dirs[i] < 0)
			continue;
		is_there = true;
		cleanup_close(&cgroup->dirs[i]);
		cleanup_close(&cgroup->tasks[i]);
		cgroup->dirs[i] = steal_fd(&found.dirs[i]);
		cgroup->tasks[i] = steal_fd(&found.tasks[i]);
	}
	if (r == 0 && !is_there)
		r = fail(err, CONTAINR_E_INVALID_ARGUMENT,
			 "--cgroup: the container has no cgroup '%s'", below);
	return r;
}

int bundle_exec(struct bundle *bundle, const struct bundle_exec *exec, int *ret_exit_code,
		struct containr_error *err)
{
	autocgroup cgroup = CGROUP_INIT;
	autoclose int pidfd = -1;
	autoclose int console = -1;
	autoclose int pidfd_socket = -1;
	struct exec_request request = { .config = &bundle->config,
					.process = exec->process,
					.cgroup = &cgroup,
					.log = bundle->log,
					.stdio = { 0, 1, 2 },
					.preserved_fds = exec->preserve_fds };
	struct exec_started started = { .pidfd = -1, .console = -1 };
	const char *status = bundle_status(bundle);
	int r;

	if (strcmp(status, "paused") == 0 && !exec->ignore_paused) {
		(void)fail(err, CONTAINR_E_INVALID_STATE,
			   "cannot run a process in container '%s': it is paused", bundle->id);
		return fail_hint(err, "resume it first, or use --ignore-paused");
	}
	if (strcmp(status, "running") != 0 && strcmp(status, "paused") != 0)
		return fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING,
			    "cannot run a process in container '%s': it is %s", bundle->id, status);
	if (exec->process->terminal && exec->detach && !exec->console_socket)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "process.terminal is true: --console-socket is required");
	r = pidfd_of(bundle->state.pid, &pidfd, err);
	if (r == 0)
		r = open_cgroup(bundle, exec->cgroup, &cgroup, err);
	if (r == 0 && exec->console_socket)
		r = bundle_connect("--console-socket", exec->console_socket, &console, err);
	if (r == 0 && exec->pidfd_socket)
		r = bundle_connect("--pidfd-socket", exec->pidfd_socket, &pidfd_socket, err);
	if (r == 0)
		r = bundle_resctrl_join(bundle, err); /* which the process inherits */
	if (r < 0)
		return r;
	request.id = bundle->id;
	request.bundle_path = bundle->path;
	request.container = bundle->state.pid;
	request.pidfd = pidfd;
	request.namespaces = oci_namespace_flags(&bundle->config);
	*ret_exit_code = 0;
	r = exec_start(&request, &started, err);
	if (r == 0)
		r = bundle_send_pidfd(pidfd_socket, started.pidfd, err);
	if (r == 0)
		r = finish_exec(exec, &started, console, ret_exit_code, err);
	cleanup_close(&started.pidfd);
	cleanup_close(&started.console);
	return r;
}
