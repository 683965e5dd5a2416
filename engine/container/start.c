/* SPDX-License-Identifier: MIT */
#include "container/starter.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "container/again.h"
#include "container/cgroup_place.h"
#include "container/cleanup.h"
#include "container/join.h"
#include "container/live.h"
#include "container/state.h"
#include "image/layer_mount.h"
#include "kernel/exit_pin.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_END, WRITE_END };

/* The process between fork and the monitor. */
static _Noreturn void starter_main(struct starter *s)
{
	error_ignore(starter_run(s));
	_exit(125);
}

/* A starter that was killed undid nothing: what it made, with who lives in it, is in the cgroup. */
static void undo_start(const struct starter *s)
{
	char path[EXITS_PATH_SIZE];
	struct containr_error ignored;

	error_ignore(container_remove_cgroup(s->engine, s->container->id, &ignored));
	live_exit_path(s->container->id, path);
	exit_unpin(s->engine->runroot_fd, path);
}

/* Waits for the starter's report. A start that failed leaves no process behind. */
static int wait_for_report(const struct starter *s, int report, pid_t pid,
			   struct containr_error *err)
{
	struct containr_error word;
	ssize_t got;

	do
		got = read(report, &word, sizeof(word));
	while (got < 0 && errno == EINTR);
	if (got == sizeof(word) && word.code == CONTAINR_E_OK)
		return 0;
	(void)waitpid(pid, NULL, 0);
	if (got != sizeof(word)) {
		undo_start(s);
		return fail(err, CONTAINR_E_PROCESS_SETUP, "the container's monitor did not start");
	}
	*err = word;
	return -word.code;
}

static int fork_starter(struct starter *s, int client, struct containr_error *err)
{
	int report[2];
	pid_t pid;
	int r;

	if (pipe2(report, O_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	s->report = report[WRITE_END];
	*starter_slot(s, MONITOR_FD_CLIENT) = client;
	pid = fork();
	if (pid == 0)
		starter_main(s);
	cleanup_close(&report[WRITE_END]);
	if (pid < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot start the monitor");
	else
		r = wait_for_report(s, report[READ_END], pid, err);
	cleanup_close(&report[READ_END]);
	return r;
}

/* All that can be decided beforehand. */
static int prepare(struct starter *s, struct containr *engine)
{
	struct container *container = s->container;
	struct cgroup_host host;
	int r = join_resolve(engine, &container->config, s->err);

	cgroup_host_probe(&host);
	if (r == 0)
		r = volume_mounts_resolve(engine, &container->config, s->err);
	if (r == 0)
		r = plan_build(&container->config, &container->rootfs, container->id, &host,
			       &s->plan, s->err);
	if (r == 0 && s->plan.cgroup.used && !s->plan.scope.unit)
		r = cgroup_place_note(engine, container->id, &s->plan, s->err);
	return r;
}

int container_start(struct containr *engine, struct container *container, int *ret_attach,
		    struct containr_error *err)
{
	struct starter s;
	struct layer_hold layers = LAYER_HOLD_INIT;
	int pair[2] = { -1, -1 };
	int r;

	starter_init(&s, engine, container, err);
	r = prepare(&s, engine);
	if (r == 0)
		r = layer_mount_hold(engine, &container->rootfs.lower, container->id, &layers, err);
	if (r == 0 && ret_attach && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		r = fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a socket pair");
	/* before the start: a short container's end would be told first */
	if (r == 0)
		volume_mounts_tell(engine, &container->config, container->id);
	/* by now it has its ids; a container that joins another one's has no use for it */
	if (r == 0 && container->userns.holder > 0 && s.plan.new_user_ns)
		r = userns_finish(&container->userns, &s.userns, err);
	if (r == 0)
		r = fork_starter(&s, pair[1], err);
	if (r < 0 && layers.lock >= 0)
		layer_mount_release(engine, container->id);
	/* who has a note keeps them; a short container may have ended, and left them to us */
	layer_mount_let_go(engine, &layers);
	cleanup_close(&s.userns);
	cleanup_close(&pair[1]);
	if (r == 0 && ret_attach)
		*ret_attach = steal_fd(&pair[0]);
	cleanup_close(&pair[0]);
	/* the lock is the monitor's now */
	cleanup_close(&container->state_fd);
	container->state_fd = -1;
	plan_release(&s.plan);
	return r;
}

static int load_again(struct containr *engine, const char *id, struct container *container,
		      struct containr_error *err)
{
	char path[96];
	int r;

	(void)snprintf(container->id, sizeof(container->id), "%s", id);
	(void)snprintf(path, sizeof(path), "containers/%s", id);
	/* away from the numbers that place_descriptors() gives away */
	container->state_fd = fcntl(MONITOR_FD_STATE, F_DUPFD_CLOEXEC, MONITOR_FD_END);
	if (container->state_fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot copy the state record's descriptor");
	(void)close(MONITOR_FD_STATE);
	r = fs_open_dir(engine->root_fd, path, &container->dir, err);
	return r < 0 ? r : container_load_locked(engine, container, err);
}

/* It could not be started: that is how it ended. */
static void note_failure(int state_fd, int exit_code)
{
	struct state state;
	struct containr_error ignored;

	if (state_fd < 0 || state_read(state_fd, &state, &ignored) < 0)
		return;
	state.status = STATE_EXITED;
	state.exit_code = exit_code;
	state.finished_ns = time_now_ns();
	error_ignore(state_write(state_fd, &state, &ignored));
}

int container_start_again(struct containr *engine, const char *id, struct containr_error *err)
{
	autocontainer container;
	struct starter s;
	struct containr_error ignored;
	int r;

	container_init(&container);
	starter_init(&s, engine, &container, err);
	r = load_again(engine, id, &container, err);
	if (r == 0)
		r = container_remove_cgroup(engine, id, err);
	if (r == 0)
		r = prepare(&s, engine);
	if (r == 0)
		r = starter_run(&s);
	note_failure(container.state_fd, containr_error_exit_status(err->code));
	error_ignore(container_cleanup(engine, id, &ignored));
	plan_release(&s.plan);
	return r;
}

int containr_start(struct containr *engine, const char *name, int *ret_attach,
		   struct containr_error *err)
{
	autocontainer container;
	int r;

	container_init(&container);
	r = container_load(engine, name, &container, err);
	return r < 0 ? r : container_start(engine, &container, ret_attach, err);
}
