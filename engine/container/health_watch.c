/* SPDX-License-Identifier: MIT */
#include "container/health_watch.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "image/healthcheck.h"
#include "kernel/pidfd.h"
#include "monitor/health.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define NUMBER_SIZE 24

int health_watch_begin(const struct containr *engine, const char *id, pid_t pid, int *ret_fd,
		       struct containr_error *err)
{
	struct health health = { 0 };
	struct containr_error ignored;
	autoclose int before = -1;
	int r;

	if (health_record_open(engine, id, &before, &ignored) < 0 ||
	    health_read(before, &health, &ignored) < 0)
		health = (struct health) { 0 };
	health.tally = (struct health_tally) { .status = HEALTH_STARTING };
	health.checking[0] = '\0';
	health.pid = pid;
	r = process_start_time(pid, &health.pid_start, err);
	return r < 0 ? r : health_record_create(engine, id, &health, ret_fd, err);
}

/* In the child: async-signal-safe, as the caller may be a program with threads. */
static _Noreturn void become_checker(const char *program, char *const *argv, int pidfd, int record)
{
	char *const env[] = { NULL };
	int null = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);

	pidfd = fcntl(pidfd, F_DUPFD_CLOEXEC, HEALTH_FD_END);
	record = fcntl(record, F_DUPFD_CLOEXEC, HEALTH_FD_END);
	if (null < 0 || pidfd < 0 || record < 0 || chdir("/") < 0)
		_exit(125);
	for (int fd = 0; fd < 3; fd++)
		if (dup2(null, fd) < 0)
			_exit(125);
	if (syscall(SYS_close_range, 3, ~0u, CLOSE_RANGE_CLOEXEC) == 0 &&
	    dup2(pidfd, HEALTH_FD_PIDFD) >= 0 && dup2(record, HEALTH_FD_RECORD) >= 0)
		(void)execve(program, argv, env);
	_exit(125);
}

static const char *number(int64_t value, char text[NUMBER_SIZE])
{
	(void)snprintf(text, NUMBER_SIZE, "%lld", (long long)value);
	return text;
}

void health_watch_launch(const struct health_watch *watch)
{
	const struct containr_healthcheck *check = watch->check;
	const struct health_times times = { .interval_ns = check->interval_ns,
					    .start_period_ns = check->start_period_ns,
					    .start_interval_ns = check->start_interval_ns };
	int64_t wait_ns = watch->at_once ? 0 : health_wait_ns(&times, true, watch->up_ns);
	char texts[5][NUMBER_SIZE];
	const char *argv[HEALTH_ARG_COUNT + 1] = {
		[HEALTH_ARG_PROGRAM] = "containr-health",
		[HEALTH_ARG_ID] = watch->id,
		[HEALTH_ARG_ROOT] = watch->engine->root,
		[HEALTH_ARG_RUNROOT] = watch->engine->runroot,
		[HEALTH_ARG_KEEPER] = watch->helpers->keeper,
		[HEALTH_ARG_INTERVAL] = number(check->interval_ns, texts[0]),
		[HEALTH_ARG_START_PERIOD] = number(check->start_period_ns, texts[1]),
		[HEALTH_ARG_START_INTERVAL] = number(check->start_interval_ns, texts[2]),
		[HEALTH_ARG_UP] = number(watch->up_ns, texts[3]),
		[HEALTH_ARG_WAIT] = number(wait_ns, texts[4]),
	};
	pid_t middle = fork();

	if (middle == 0) {
		(void)setsid();
		if (fork() == 0)
			become_checker(watch->helpers->health, (char *const *)(uintptr_t)argv,
				       watch->pidfd, watch->record_fd);
		_exit(0);
	}
	while (middle > 0 && waitpid(middle, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Only the owner of the engine's state: a checker of another user would enter it with his rights. */
static bool is_ours(const struct live *live)
{
	struct stat state;

	return fstat(live->state_fd, &state) == 0 && state.st_uid == geteuid();
}

/* Takes the lock of the checker, in a new record where there is none. */
static bool take_over(const struct containr *engine, const struct live *live, int *ret_fd)
{
	autoclose int fd = -1;
	struct health health;
	struct containr_error ignored;

	if (health_record_open(engine, live->id, &fd, &ignored) < 0)
		return health_watch_begin(engine, live->id, live->state.pid, ret_fd, &ignored) == 0;
	if (!health_lock(fd, HEALTH_LOCK_CHECKER, false))
		return false;
	/* while a check runs, what it finds is about to be written */
	if (health_lock(fd, HEALTH_LOCK_WRITER, false)) {
		if (health_read(fd, &health, &ignored) < 0)
			return health_watch_begin(engine, live->id, live->state.pid, ret_fd,
						  &ignored) == 0;
		health.tally = (struct health_tally) { .status = HEALTH_STARTING };
		error_ignore(health_write(fd, &health, &ignored));
		health_unlock(fd, HEALTH_LOCK_WRITER);
	}
	*ret_fd = steal_fd(&fd);
	return true;
}

static bool is_watched(const struct containr *engine, const char *id)
{
	autoclose int fd = -1;
	struct containr_error ignored;

	return health_record_open(engine, id, &fd, &ignored) == 0 &&
	       health_is_locked(fd, HEALTH_LOCK_CHECKER);
}

void health_watch_revive(const struct containr *engine, const struct live *live,
			 const struct record *record)
{
	autohelpers helpers = { 0 };
	autoclose int pidfd = -1;
	autoclose int fd = -1;
	struct containr_error ignored;

	if (live->state.status != STATE_RUNNING || is_watched(engine, live->id) || !is_ours(live) ||
	    live_open_process(live, live->id, &pidfd, &ignored) < 0 ||
	    helpers_find(engine, record, &helpers, &ignored) < 0 || !take_over(engine, live, &fd))
		return;
	health_watch_launch(&(struct health_watch) {
		.engine = engine,
		.id = live->id,
		.helpers = &helpers,
		.check = &record->healthcheck,
		.pidfd = pidfd,
		.record_fd = fd,
		.up_ns = time_now_ns() - live->state.started_ns,
		.at_once = true,
	});
}

bool health_is_of_run(const struct health *health, const struct state *state)
{
	return health->pid == state->pid && health->pid_start == state->pid_start;
}

bool health_look(const struct containr *engine, const struct live *live,
		 const struct record *record, struct health *ret_health)
{
	autoclose int fd = -1;
	struct containr_error ignored;
	bool runs = live->state.status == STATE_RUNNING;

	if (!healthcheck_is_on(&record->healthcheck))
		return false;
	health_watch_revive(engine, live, record);
	if (health_record_open(engine, live->id, &fd, &ignored) < 0 ||
	    health_read(fd, ret_health, &ignored) < 0) {
		if (!runs)
			return false;
		*ret_health = (struct health) { .tally.status = HEALTH_STARTING };
		return true;
	}
	if (!runs)
		ret_health->tally.status = HEALTH_UNHEALTHY;
	else if (!health_is_of_run(ret_health, &live->state))
		ret_health->tally = (struct health_tally) { .status = HEALTH_STARTING };
	return true;
}
