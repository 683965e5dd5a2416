/* SPDX-License-Identifier: MIT */
#include "container/adopt.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/cgroup_place.h"
#include "container/control.h"
#include "container/handover.h"
#include "kernel/cgroup.h"
#include "kernel/held_pipe.h"
#include "kernel/pidfd.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>

enum { READ_END, WRITE_END };

struct adoption {
	struct handover handover;
	struct record record;
	struct helpers helpers;
	int dir;  /* the container's folder */
	int null; /* /dev/null */
	int (*become)(const struct handover *handover, struct containr_error *err);
};

static void adoption_release(struct adoption *a)
{
	for (int fd = MONITOR_FD_ROOT; fd < MONITOR_FD_END; fd++)
		if (fd != MONITOR_FD_ROOT && fd != MONITOR_FD_STATE)
			cleanup_close(handover_slot(&a->handover, (enum monitor_fd)fd));
	cleanup_close(&a->dir);
	cleanup_close(&a->null);
	helpers_release(&a->helpers);
	record_release(&a->record);
}

#define autoadoption CLEANUP(adoption_release) struct adoption

static int begin(struct adoption *a, const struct containr *engine, const char *id, int state_fd,
		 struct containr_error *err)
{
	char path[96];
	int r;

	*a = (struct adoption) { .dir = -1, .null = -1 };
	handover_init(&a->handover, engine, id);
	a->handover.record = &a->record;
	a->handover.helpers = &a->helpers;
	a->handover.adopted = true;
	*handover_slot(&a->handover, MONITOR_FD_ROOT) = engine->root_fd;
	*handover_slot(&a->handover, MONITOR_FD_STATE) = state_fd;
	(void)snprintf(path, sizeof(path), "containers/%s", id);
	r = fs_open_dir(engine->root_fd, path, &a->dir, err);
	if (r == 0)
		handover_forget_restart(a->dir);
	if (r == 0)
		r = record_read(a->dir, &a->record, err);
	if (r == 0)
		r = helpers_find(engine, &a->record, &a->helpers, err);
	a->null = r < 0 ? -1 : open("/dev/null", O_RDWR | O_CLOEXEC);
	if (r == 0 && a->null < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot open '/dev/null'");
	return r;
}

/* The log goes on; a container without one has none. */
static int open_log(struct adoption *a, struct containr_error *err)
{
	int *slot = handover_slot(&a->handover, MONITOR_FD_LOG);

	if (a->record.policy.log_none)
		return 0;
	*slot = openat(a->dir, "container.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	return *slot < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot open the container's log") : 0;
}

/* What it can do without: what is not there any more, or only root's. */
static void open_rest(struct adoption *a, const struct state *state)
{
	struct handover *h = &a->handover;
	autocgroup cgroup = CGROUP_INIT;
	struct containr_error ignored;
	struct cgroup_host host;
	struct cgroup_place place;
	char path[64];

	*handover_slot(h, MONITOR_FD_OUTPUT) = held_pipe_reopen(state->pid, state->output_pipe);
	*handover_slot(h, MONITOR_FD_ERRORS) = held_pipe_reopen(state->pid, state->errors_pipe);
	*handover_slot(h, MONITOR_FD_LISTENER) = control_listen(h->engine, h->id);
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/mnt", (int)state->pid);
	*handover_slot(h, MONITOR_FD_MOUNT_NS) = open(path, O_RDONLY | O_CLOEXEC);
	cgroup_host_probe(&host);
	cgroup_place_find(h->engine, h->id, &place);
	if (cgroup_open(&host, place.path, &cgroup, &ignored) == 0)
		cgroup_watch_oom(&cgroup, handover_slot(h, MONITOR_FD_OOM_COUNT),
				 handover_slot(h, MONITOR_FD_OOM_EVENT));
}

/* Nobody's child, so that the caller has no one to wait for. */
static _Noreturn void child_main(const struct adoption *a, int report)
{
	struct containr_error err = { 0 };
	sigset_t none;
	int r;

	if (fork() != 0) /* also where it fails: then the report is empty but the lock is free */
		_exit(0);
	/* a caller that blocks signals would have blocked them for as long as the container runs */
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	r = handover_leave_caller(a->null, &err);
	if (r == 0)
		r = a->become(&a->handover, &err);
	_exit(r < 0 && fs_write_all(report, &err, sizeof(err)) < 0 ? 126 : 125);
}

static int spawn(const struct adoption *a, struct containr_error *err)
{
	struct containr_error word;
	int report[2];
	ssize_t got;
	pid_t pid;

	if (pipe2(report, O_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	pid = fork();
	if (pid == 0)
		child_main(a, report[WRITE_END]);
	(void)close(report[WRITE_END]);
	if (pid < 0) {
		(void)close(report[READ_END]);
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot start a monitor");
	}
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	/* executing the program closes the other end */
	do
		got = read(report[READ_END], &word, sizeof(word));
	while (got < 0 && errno == EINTR);
	(void)close(report[READ_END]);
	if (got != sizeof(word))
		return 0;
	*err = word;
	return -word.code;
}

int adopt_running(const struct containr *engine, const char *id, int state_fd,
		  const struct state *state, struct containr_error *err)
{
	autoadoption a;
	int *pidfd = handover_slot(&a.handover, MONITOR_FD_PIDFD);
	int r = begin(&a, engine, id, state_fd, err);

	if (r == 0)
		r = pidfd_of(state->pid, pidfd, err);
	/* between the record and the descriptor the pid may have got a new owner */
	if (r == 0 && !process_is_alive(state->pid, state->pid_start))
		r = fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "the container has ended");
	if (r == 0)
		r = open_log(&a, err);
	if (r < 0)
		return r;
	open_rest(&a, state);
	a.handover.pid = state->pid;
	a.become = handover_become_monitor;
	return spawn(&a, err);
}

int adopt_restarting(const struct containr *engine, const char *id, int state_fd,
		     struct containr_error *err)
{
	autoadoption a;
	int r = begin(&a, engine, id, state_fd, err);

	/* who becomes a keeper has nothing else open; it opens the folder itself */
	*handover_slot(&a.handover, MONITOR_FD_ROOT) = -1;
	a.become = handover_become_keeper;
	return r < 0 ? r : spawn(&a, err);
}
