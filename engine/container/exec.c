/* SPDX-License-Identifier: MIT */
#include "container/exec.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/oci.h"
#include "container/process.h"
#include "kernel/cgroup.h"
#include "kernel/clone.h"
#include "kernel/guide.h"
#include "kernel/keyring.h"
#include "kernel/pty.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child of exec works on; prepared by the parent, because the child may not allocate. */
struct exec_child {
	const struct exec_request *request;
	const struct seccomp_filter *filter;
	const struct cgroup *cgroup;
	bool enter_v2;
	struct rendezvous *meeting;
	struct process_labels labels;
	char **env;
	int error_fd;
	int console; /* socket the terminal's master is sent to; -1 for none */
	struct process_user user;
	char program[PATH_MAX];
	struct containr_error err;
};

/* All in one call: the kernel takes the namespaces of one process at one moment. setns(2) */
static int enter(struct exec_child *c)
{
	int r = cgroup_enter_v1(c->cgroup, &c->err);

	if (r == 0 && c->enter_v2)
		r = cgroup_enter_v2(c->cgroup, 0, &c->err);
	if (r < 0)
		return r;
	if (setns(c->request->pidfd, c->request->namespaces & ~CLONE_NEWPID) < 0)
		return fail_sys(&c->err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot enter the container's namespaces");
	if (setsid() < 0)
		return fail_sys(&c->err, CONTAINR_E_PROCESS_SETUP, "cannot start a session");
	return keyring_join(c->request->id, &c->err);
}

static int make_terminal(struct exec_child *c)
{
	const struct oci_process *process = c->request->process;
	autoclose int master = -1;
	autoclose int slave = -1;
	int r;

	if (!process->terminal)
		return 0;
	r = pty_open("/dev/pts/ptmx", &master, &slave, &c->err);
	if (r == 0)
		r = pty_set_size(master, process->rows, process->columns, &c->err);
	if (r == 0)
		r = socket_send_fd(c->console, master, "/dev/ptmx", &c->err);
	return r < 0 ? r : pty_become_stdio(slave, &c->err);
}

static int set_stdio(struct exec_child *c)
{
	const int *stdio = c->request->stdio;

	if (c->request->process->terminal)
		return 0;
	for (int fd = 0; fd < 3; fd++)
		if (stdio[fd] != fd && dup2(stdio[fd], fd) < 0)
			return fail_sys(&c->err, CONTAINR_E_PROCESS_SETUP,
					"cannot set standard stream %d", fd);
	return 0;
}

/* From here on every path that is looked at may be the container's trap. */
static int close_host(struct exec_child *c)
{
	const int keep[] = { c->error_fd,	c->console,	    c->request->log->fd,
			     c->meeting->agent, c->labels.apparmor, c->labels.selinux };

	return process_close_others(3 + c->request->preserved_fds, keep, ARRAY_LEN(keep), &c->err);
}

static int change_dir(struct exec_child *c)
{
	const char *cwd = c->request->process->cwd;
	char where[PATH_MAX];

	if (chdir(cwd) < 0) {
		(void)fail_sys(&c->err, CONTAINR_E_PROCESS_SETUP,
			       "cannot change to the folder '%s'", cwd);
		return fail_hint(&c->err, "give a folder that exists in the container");
	}
	if (!getcwd(where, sizeof(where)) || where[0] != '/')
		return fail(&c->err, CONTAINR_E_PROCESS_SETUP,
			    "the folder '%s' lies outside the container", cwd);
	return 0;
}

static int set_up(struct exec_child *c)
{
	const struct oci_process *process = c->request->process;
	int r = c->meeting->is_needed ? rendezvous_wait(c->meeting, &c->err) : 0;

	if (r == 0)
		r = process_open_labels(process, &c->labels, &c->err);
	if (r == 0)
		r = cpu_list_apply(&process->cpus_initial, &c->err);
	if (r == 0)
		r = enter(c);
	if (r == 0)
		r = cpu_list_apply(&process->cpus_final, &c->err);
	if (r == 0)
		r = set_stdio(c);
	if (r == 0)
		r = close_host(c);
	if (r == 0)
		r = make_terminal(c);
	if (r == 0)
		r = process_set_personality(c->request->config, &c->err);
	if (r == 0)
		r = memory_policy_apply(&c->request->config->memory_policy, &c->err);
	if (r == 0)
		r = process_set_limits(process, c->request->log, &c->err);
	if (r == 0)
		r = process_set_oom_score(process, &c->err);
	if (r == 0)
		r = change_dir(c);
	if (r == 0)
		r = process_user_find(&process->user, &c->user, &c->err);
	if (r == 0)
		r = process_user_check(c->request->config, &c->user, &c->err);
	if (r < 0)
		return r;
	process_set_home(c->env, c->user.home);
	r = process_find_program(process->args.items[0], c->env, c->program, sizeof(c->program),
				 &c->err);
	process_reset_signals();
	if (r == 0)
		r = process_own_streams(process, &c->user, false, &c->err);
	if (r == 0)
		r = process_write_labels(process, &c->labels, &c->err);
	if (r == 0)
		r = process_drop_rights(process, &c->user, c->filter, c->meeting, &c->err);
	/* behind the change of rights, which takes it back; prctl(2) */
	if (r == 0 && c->request->dies_with_caller)
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (r == 0)
		r = process_confine(process, c->filter, c->meeting, &c->err);
	return r;
}

static _Noreturn void exec_main(struct exec_child *c)
{
	int r = set_up(c);

	if (r == 0)
		error_ignore(process_execute(c->program, c->request->process->args.items, c->env,
					     &c->err));
	if (fs_write_all(c->error_fd, &c->err, sizeof(c->err)) < 0)
		_exit(125);
	_exit(containr_error_exit_status(c->err.code));
}

/* An ordinary user has the rights to join only inside the container's user namespace. */
static int enter_user_ns(void *context)
{
	const struct exec_child *child = context;
	const struct exec_request *request = child->request;

	return setns(request->pidfd, request->namespaces & (CLONE_NEWUSER | CLONE_NEWPID));
}

static void arrive(void *context)
{
	struct exec_child *child = context;
	struct exec_request inside = *child->request;

	inside.namespaces &= ~CLONE_NEWUSER;
	child->request = &inside;
	exec_main(child);
}

static int clone_by_guide(struct exec_child *child, pid_t *ret_pid, int *ret_pidfd,
			  struct containr_error *err)
{
	const struct guide guide = { .enter = enter_user_ns,
				     .arrive = arrive,
				     .context = child,
				     .cgroup = child->cgroup->dirs[CGROUP_UNIFIED],
				     .by_hand = &child->enter_v2 };
	pid_t pid = guide_clone(&guide, ret_pidfd);

	if (pid < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot enter the container's user namespace");
	*ret_pid = pid;
	return 0;
}

/*
 * A child in the container's pid namespace: setns(2) with a pid namespace is for the children of
 * the caller, so it is the caller that joins, and only for this one clone.
 */
static int clone_child(const struct exec_request *request, struct exec_child *child, pid_t *ret_pid,
		       int *ret_pidfd, struct containr_error *err)
{
	autoclose int own = openat(AT_FDCWD, "/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	bool joins = request->namespaces & CLONE_NEWPID;
	pid_t pid;
	int r = 0;

	if (userns_is_rootless() && request->namespaces & CLONE_NEWUSER)
		return clone_by_guide(child, ret_pid, ret_pidfd, err);
	/* without a namespace to join the kernel calls the flags invalid */
	if (joins && (own < 0 || setns(request->pidfd, CLONE_NEWPID) < 0))
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot enter the container's pid namespace");
	pid = clone_process(0, child->cgroup->dirs[CGROUP_UNIFIED], ret_pidfd, &child->enter_v2);
	if (pid == 0)
		exec_main(child);
	if (pid < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a process");
	if (joins && setns(own, CLONE_NEWPID) < 0 && r == 0)
		r = fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
			     "cannot return from the pid namespace");
	*ret_pid = pid;
	return r;
}

static int wait_for_execution(int error_fd, pid_t pid, struct containr_error *err)
{
	struct containr_error word;
	ssize_t got;

	do
		got = read(error_fd, &word, sizeof(word));
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return 0;
	(void)waitpid(pid, NULL, 0);
	if (got != sizeof(word))
		return fail(err, CONTAINR_E_PROCESS_SETUP, "the process ended while it was set up");
	*err = word;
	return -word.code;
}

static char **copy_env(const struct oci_process *process)
{
	/* one more slot for HOME */
	char **env = calloc(process->env.len + 2, sizeof(*env));

	for (size_t i = 0; env && i < process->env.len; i++)
		env[i] = process->env.items[i];
	return env;
}

int exec_start(const struct exec_request *request, struct exec_started *ret_started,
	       struct containr_error *err)
{
	struct exec_child child = { .request = request, .cgroup = request->cgroup, .console = -1 };
	struct rendezvous meeting = RENDEZVOUS_INIT;
	autoseccomp_filter filter = { 0 };
	autofree char **env = copy_env(request->process);
	int report[2] = { -1, -1 };
	int console[2] = { -1, -1 };
	pid_t pid = -1;
	int pidfd = -1;
	int master = -1;
	int r = env ? 0 : fail_oom(err);

	if (r == 0 && !request->privileged)
		r = oci_seccomp_compile(request->config, &filter, err);
	meeting.config = request->config;
	meeting.id = request->id;
	meeting.bundle_path = request->bundle_path;
	meeting.status = "running";
	meeting.container = request->container;
	if (r == 0)
		r = rendezvous_prepare(&meeting, false, &filter, err);
	if (r == 0 && pipe2(report, O_CLOEXEC) < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	if (r == 0 && request->process->terminal &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, console) < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a socket pair");
	child.meeting = &meeting;
	child.env = env;
	child.filter = &filter;
	child.error_fd = report[1];
	child.console = console[1];
	if (r == 0)
		r = clone_child(request, &child, &pid, &pidfd, err);
	cleanup_close(&report[1]);
	cleanup_close(&console[1]);
	if (r == 0 && meeting.is_needed)
		r = rendezvous_lead(&meeting, pid, err);
	rendezvous_release(&meeting);
	if (r == 0)
		r = wait_for_execution(report[0], pid, err);
	if (r == 0 && request->process->terminal)
		r = socket_recv_fd(console[0], &master, err);
	cleanup_close(&report[0]);
	cleanup_close(&console[0]);
	if (r < 0) {
		cleanup_close(&pidfd);
		return r;
	}
	*ret_started = (struct exec_started) { .pid = pid, .pidfd = pidfd, .console = master };
	return 0;
}
