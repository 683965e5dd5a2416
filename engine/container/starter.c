/* SPDX-License-Identifier: MIT */
#include "container/starter.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "container/cgroup_place.h"
#include "container/cleanup.h"
#include "container/control.h"
#include "container/health_watch.h"
#include "container/helpers.h"
#include "container/live.h"
#include "container/scope.h"
#include "container/state.h"
#include "image/healthcheck.h"
#include "kernel/exit_pin.h"
#include "kernel/held_pipe.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"
#include "store/event.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { READ_END, WRITE_END };

void starter_init(struct starter *s, struct containr *engine, struct container *container,
		  struct containr_error *err)
{
	*s = (struct starter) { .engine = engine,
				.container = container,
				.launched = LAUNCHED_INIT,
				.report = -1,
				.stdio = { -1, -1, -1 },
				.userns = -1,
				.health_fd = -1,
				.err = err };
	handover_init(&s->handover, engine, container->id);
	s->handover.record = &container->record;
}

int *starter_slot(struct starter *s, enum monitor_fd fd)
{
	return handover_slot(&s->handover, fd);
}

static int make_pipe(struct starter *s, int ends[2])
{
	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	return 0;
}

static int open_null(struct starter *s, int *ret_fd)
{
	*ret_fd = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
	if (*ret_fd < 0)
		return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP, "cannot open '/dev/null'");
	return 0;
}

/* What the container writes waits for a new monitor, should its own one be killed. */
static int make_output(struct starter *s, int *ret_read, int *ret_write)
{
	int r = held_pipe_create(ret_read, ret_write, s->err);

	/* an ordinary user finds it again by the group, which stays, when the container's user owns it */
	if (r == 0 && userns_is_rootless() && fchmod(*ret_write, 0660) < 0)
		r = fail_sys(s->err, CONTAINR_E_PROCESS_SETUP, "cannot set up a pipe");
	return r;
}

/* Pipes for the container's streams; with a terminal, init makes one and sends it later. */
static int make_streams(struct starter *s)
{
	int ends[2];
	int r = make_output(s, starter_slot(s, MONITOR_FD_OUTPUT), &s->stdio[1]);

	if (r == 0)
		r = make_output(s, starter_slot(s, MONITOR_FD_ERRORS), &s->stdio[2]);
	if (r < 0)
		return r;
	if (!s->container->record.stdin_open)
		return open_null(s, &s->stdio[0]);
	r = make_pipe(s, ends);
	if (r < 0)
		return r;
	s->stdio[0] = ends[READ_END];
	*starter_slot(s, MONITOR_FD_INPUT) = ends[WRITE_END];
	return 0;
}

static int open_log(struct starter *s)
{
	int fd;

	if (s->container->record.policy.log_none)
		return 0;
	fd = openat(s->container->dir, "container.log", O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0640);

	if (fd < 0)
		return fail_sys(s->err, CONTAINR_E_IO, "cannot open the container's log");
	*starter_slot(s, MONITOR_FD_LOG) = fd;
	return 0;
}

static int launch_container(struct starter *s)
{
	const bool tty = s->container->config.process.terminal;
	struct scope scope = SCOPE_INIT;
	struct launch launch_args = { .plan = &s->plan,
				      .log = &s->log,
				      .stdio = { s->stdio[0], s->stdio[1], s->stdio[2] },
				      .stdio_is_ours = true,
				      .console_socket = -1,
				      .gate = -1,
				      .scope = &scope,
				      .userns = s->userns };
	int pair[2] = { -1, -1 };
	int master = -1;
	int r = 0;

	if (tty && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP, "cannot create a socket pair");
	launch_args.console_socket = pair[1];
	r = scope_begin(s->engine->libexec, &s->plan, &scope, s->err);
	if (r == 0 && s->plan.scope.unit)
		r = cgroup_place_note(s->engine, s->container->id, &s->plan, s->err);
	if (r == 0)
		r = launch(&launch_args, &s->launched, s->err);
	scope_end(&scope);
	if (r == 0 && tty)
		r = socket_recv_fd(pair[0], &master, s->err);
	cleanup_close(&pair[0]);
	cleanup_close(&pair[1]);
	if (r < 0 || !tty)
		return r;
	*starter_slot(s, MONITOR_FD_OUTPUT) = master;
	*starter_slot(s, MONITOR_FD_INPUT) = fcntl(master, F_DUPFD_CLOEXEC, 0);
	return *starter_slot(s, MONITOR_FD_INPUT) < 0
		       ? fail_sys(s->err, CONTAINR_E_PROCESS_SETUP, "cannot copy the terminal")
		       : 0;
}

/* Without the notice of OOM kills a container still runs: failures here are not told. */
static void watch_memory(struct starter *s)
{
	cgroup_watch_oom(&s->launched.cgroup, starter_slot(s, MONITOR_FD_OOM_COUNT),
			 starter_slot(s, MONITOR_FD_OOM_EVENT));
}

static int note_start(struct starter *s, const char *attributes)
{
	struct state state;
	int r = state_read(s->container->state_fd, &state, s->err);

	if (r < 0)
		return r;
	state.status = STATE_RUNNING;
	state.pid = s->launched.pid;
	state.started_ns = time_now_ns();
	state.finished_ns = 0;
	state.exit_code = 0;
	state.exit_known = 0;
	state.oom_killed = 0;
	state.paused = 0;
	state.output_pipe = held_pipe_number(*starter_slot(s, MONITOR_FD_OUTPUT));
	state.errors_pipe = held_pipe_number(*starter_slot(s, MONITOR_FD_ERRORS));
	if (s->report >= 0) { /* a command asked for it */
		state.stopped = 0;
		state.restart_count = 0;
		state.restart_delay_ms = 0;
	}
	r = process_start_time(s->launched.pid, &state.pid_start, s->err);
	s->pid_start = state.pid_start;
	if (r == 0)
		r = state_boot_id(state.boot_id, s->err);
	if (r == 0)
		r = state_write(s->container->state_fd, &state, s->err);
	if (r < 0)
		return r;
	event_write(s->engine->root_fd, &(struct event) { .type = "container",
							  .action = "start",
							  .id = s->container->id,
							  .attributes = attributes });
	return 0;
}

/* The starter must not keep the caller's terminal or pipes open for as long as the container runs.
 */
static int leave_caller(struct starter *s)
{
	int null;
	int r = open_null(s, &null);

	if (r < 0)
		return r;
	s->log = s->engine->log;
	if (s->log.fd >= 0)
		s->log.fd = fcntl(s->log.fd, F_DUPFD_CLOEXEC, 3);
	r = handover_leave_caller(null, s->err);
	cleanup_close(&null);
	return r;
}

static int launch_all(struct starter *s)
{
	int r = leave_caller(s);

	if (r == 0)
		r = open_log(s);
	if (r == 0)
		r = s->container->config.process.terminal ? 0 : make_streams(s);
	return r < 0 ? r : launch_container(s);
}

/* Nobody waits for it: should its monitor be killed, the kernel still tells how it ended. */
static void pin_exit(struct starter *s)
{
	char path[EXITS_PATH_SIZE];

	live_exit_path(s->container->id, path);
	if (*starter_slot(s, MONITOR_FD_CLIENT) < 0)
		exit_pin(s->launched.pidfd, s->engine->runroot_fd, path);
	else
		exit_unpin(s->engine->runroot_fd, path);
}

/* What was launched but could not be written down would be a container that nobody knows. */
static void undo_launch(struct starter *s)
{
	struct containr_error ignored;

	if (s->launched.pid <= 0 && !s->plan.scope.unit) {
		cgroup_place_forget(s->engine, s->container->id);
		return;
	}
	if (s->launched.pid > 0) {
		(void)kill(s->launched.pid, SIGKILL);
		(void)waitpid(s->launched.pid, NULL, 0);
	}
	error_ignore(container_remove_cgroup(s->engine, s->container->id, &ignored));
}

/* Before anybody sees it running: whoever finds no record would take its checker for killed. */
static int begin_health(struct starter *s)
{
	const struct container *container = s->container;

	if (!healthcheck_is_on(&container->record.healthcheck))
		return 0;
	return health_watch_begin(s->engine, container->id, s->launched.pid, &s->health_fd, s->err);
}

static void watch_health(const struct starter *s, const struct helpers *helpers)
{
	if (s->health_fd < 0)
		return;
	health_watch_launch(&(struct health_watch) {
		.engine = s->engine,
		.id = s->container->id,
		.helpers = helpers,
		.check = &s->container->record.healthcheck,
		.pidfd = s->launched.pidfd,
		.record_fd = s->health_fd,
	});
}

static void tell_caller(struct starter *s)
{
	/* a caller that was killed meanwhile hears nothing; the container goes on without it */
	(void)signal(SIGPIPE, SIG_IGN);
	if (s->report >= 0 && fs_write_all(s->report, s->err, sizeof(*s->err)) < 0)
		log_warn(&s->log, "the caller is gone");
}

/* What the client keeps in case the monitor is killed. Its first message. */
static void hold_for_client(struct starter *s)
{
	const int fds[] = { s->launched.pidfd, *starter_slot(s, MONITOR_FD_INPUT) };
	struct {
		char type;
		char held[sizeof(struct monitor_held)];
	} message = { .type = MONITOR_MSG_HELD };
	struct monitor_held held = { .pid = s->launched.pid, .pid_start = s->pid_start };

	if (*starter_slot(s, MONITOR_FD_CLIENT) < 0)
		return;
	memcpy(message.held, &held, sizeof(held));
	if (socket_send_fds(*starter_slot(s, MONITOR_FD_CLIENT), fds, fds[1] < 0 ? 1 : 2, &message,
			    sizeof(message)) < 0)
		log_warn(&s->log, "cannot tell the client of the container's process");
}

int starter_run(struct starter *s)
{
	autohelpers helpers = { 0 };
	int r = helpers_find(s->engine, &s->container->record, &helpers, s->err);

	if (r == 0)
		r = launch_all(s);
	if (r == 0)
		pin_exit(s);
	if (r == 0)
		r = begin_health(s);
	if (r == 0)
		r = note_start(s, helpers.attributes);
	if (r == 0)
		error_clear(s->err);
	else
		undo_launch(s);
	tell_caller(s);
	if (r == 0) {
		watch_health(s, &helpers);
		watch_memory(s);
		*starter_slot(s, MONITOR_FD_LISTENER) = control_listen(s->engine, s->container->id);
		*starter_slot(s, MONITOR_FD_ROOT) = s->engine->root_fd;
		*starter_slot(s, MONITOR_FD_STATE) = s->container->state_fd;
		*starter_slot(s, MONITOR_FD_PIDFD) = s->launched.pidfd;
		*starter_slot(s, MONITOR_FD_MOUNT_NS) = s->launched.mount_ns;
		s->handover.helpers = &helpers;
		s->handover.pid = s->launched.pid;
		hold_for_client(s);
		error_ignore(handover_become_monitor(&s->handover, s->err));
		_exit(125);
	}
	return r;
}
