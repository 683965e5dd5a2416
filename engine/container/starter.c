/* SPDX-License-Identifier: MIT */
#include "container/starter.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "container/cgroup_path.h"
#include "container/cleanup.h"
#include "container/control.h"
#include "container/health_watch.h"
#include "container/helpers.h"
#include "container/live.h"
#include "container/state.h"
#include "image/healthcheck.h"
#include "kernel/exit_pin.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"
#include "store/event.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
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
	for (int i = 0; i < MONITOR_FD_COUNT; i++)
		s->fds[i] = -1;
}

int *starter_slot(struct starter *s, enum monitor_fd fd)
{
	return &s->fds[fd - MONITOR_FD_ROOT];
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

/* Pipes for the container's streams; with a terminal, init makes one and sends it later. */
static int make_streams(struct starter *s)
{
	int ends[2];
	int r = make_pipe(s, ends);

	if (r < 0)
		return r;
	*starter_slot(s, MONITOR_FD_OUTPUT) = ends[READ_END];
	s->stdio[1] = ends[WRITE_END];
	r = make_pipe(s, ends);
	if (r < 0)
		return r;
	*starter_slot(s, MONITOR_FD_ERRORS) = ends[READ_END];
	s->stdio[2] = ends[WRITE_END];
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
	struct launch launch_args = { .plan = &s->plan,
				      .log = &s->log,
				      .stdio = { s->stdio[0], s->stdio[1], s->stdio[2] },
				      .stdio_is_ours = true,
				      .console_socket = -1,
				      .gate = -1,
				      .userns = s->userns };
	int pair[2] = { -1, -1 };
	int master = -1;
	int r = 0;

	if (tty && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP, "cannot create a socket pair");
	launch_args.console_socket = pair[1];
	r = launch(&launch_args, &s->launched, s->err);
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
	if (s->report >= 0) { /* a command asked for it */
		state.stopped = 0;
		state.restart_count = 0;
		state.restart_delay_ms = 0;
	}
	r = process_start_time(s->launched.pid, &state.pid_start, s->err);
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

/* The descriptors are copied to where the monitor expects them; execve(2) closes the originals. */
static int place_descriptors(struct starter *s)
{
	/* what the caller left open for its children is none of the monitor's */
	if (syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) < 0)
		return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP, "cannot close descriptors");
	for (int i = MONITOR_FD_ROOT; i < MONITOR_FD_END; i++)
		if (s->fds[i - MONITOR_FD_ROOT] >= 0 && dup2(s->fds[i - MONITOR_FD_ROOT], i) < 0)
			return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP,
					"cannot move descriptors");
	return 0;
}

static unsigned int monitor_flags(const struct record *record)
{
	static const unsigned int restarts[] = {
		[RESTART_ALWAYS] = MONITOR_RESTART_ALWAYS,
		[RESTART_ON_FAILURE] = MONITOR_RESTART_ON_FAILURE,
		/* the two differ when the host starts, not here */
		[RESTART_UNLESS_STOPPED] = MONITOR_RESTART_ALWAYS,
	};

	return (record->auto_remove ? MONITOR_AUTO_REMOVE : 0) | (record->tty ? MONITOR_TTY : 0) |
	       restarts[record->policy.restart];
}

#define NUMBER_SIZE 24

static const char *number(int64_t value, char text[NUMBER_SIZE])
{
	(void)snprintf(text, NUMBER_SIZE, "%lld", (long long)value);
	return text;
}

static void become_monitor(struct starter *s, const struct helpers *helpers)
{
	const struct record *record = &s->container->record;
	char texts[5][NUMBER_SIZE];
	const char *argv[MONITOR_ARG_COUNT + 1] = {
		[MONITOR_ARG_PROGRAM] = "containr-monitor",
		[MONITOR_ARG_ID] = s->container->id,
		[MONITOR_ARG_NAME] = record->name,
		[MONITOR_ARG_PID] = number(s->launched.pid, texts[0]),
		[MONITOR_ARG_ATTRIBUTES] = helpers->attributes,
		[MONITOR_ARG_FLAGS] = number(monitor_flags(record), texts[1]),
		[MONITOR_ARG_CLEANUP] = helpers->cleanup,
		[MONITOR_ARG_ROOT] = s->engine->root,
		[MONITOR_ARG_RUNROOT] = s->engine->runroot,
		[MONITOR_ARG_LOG_BYTES] = number(record->policy.log_max_bytes, texts[2]),
		[MONITOR_ARG_LOG_FILES] = number(record->policy.log_max_files, texts[3]),
		[MONITOR_ARG_RESTARTS] = number(record->policy.restart_max, texts[4]),
		[MONITOR_ARG_KEEPER] = helpers->keeper,
	};
	char *const env[] = { NULL };

	if (place_descriptors(s) == 0)
		(void)execve(helpers->monitor, (char *const *)(uintptr_t)argv, env);
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
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP,
					"cannot set standard stream");
	cleanup_close(&null);
	/* who starts a container again has a session of its own already */
	if ((getsid(0) != getpid() && setsid() < 0) || chdir("/") < 0)
		return fail_sys(s->err, CONTAINR_E_PROCESS_SETUP,
				"cannot leave the caller's session");
	return 0;
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

	if (s->launched.pid <= 0) {
		cgroup_path_forget(s->engine, s->container->id);
		return;
	}
	(void)kill(s->launched.pid, SIGKILL);
	(void)waitpid(s->launched.pid, NULL, 0);
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
		become_monitor(s, &helpers);
		_exit(125);
	}
	return r;
}
