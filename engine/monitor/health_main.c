/* SPDX-License-Identifier: MIT */
#include "base/fixed.h"
#include "container/health_rules.h"
#include "kernel/clone.h"
#include "monitor/health.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/*
 * containr-health: waits beside a container until its health is to be looked at. It runs for as long as
 * the container, so it is small: no heap, no stdio, and the check itself is another program's.
 */

#define NS_PER_SEC INT64_C(1000000000)

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

static int64_t later(int64_t ns, int64_t by_ns)
{
	int64_t sum;

	return __builtin_add_overflow(ns, by_ns, &sum) ? INT64_MAX : sum;
}

/* Waits until a time; true when there is nothing more to wait for. */
static bool ends_until(int64_t due_ns)
{
	struct pollfd end = { .fd = HEALTH_FD_PIDFD, .events = POLLIN };
	struct stat record;

	for (;;) {
		int64_t left = due_ns - now_ns();
		struct timespec span = { 0 };
		int r;

		if (left > 0)
			span = (struct timespec) { .tv_sec = left / NS_PER_SEC,
						   .tv_nsec = left % NS_PER_SEC };
		r = ppoll(&end, 1, &span, NULL);
		if (r > 0)
			return true;
		if (r == 0 && due_ns <= now_ns())
			break;
	}
	/* somebody has removed the record, or put another in its place: then there is another of us */
	return fstat(HEALTH_FD_RECORD, &record) < 0 || record.st_nlink == 0;
}

static int start_check(char **argv, pid_t *ret_pid)
{
	char word[] = "check";
	char *const command[] = { argv[HEALTH_ARG_KEEPER], word,
				  argv[HEALTH_ARG_ROOT],   argv[HEALTH_ARG_RUNROOT],
				  argv[HEALTH_ARG_ID],	   NULL };
	char *const env[] = { NULL };
	bool by_hand;
	int pidfd = -1;

	*ret_pid = clone_process(0, -1, &pidfd, &by_hand);
	if (*ret_pid == 0) {
		(void)execve(command[0], command, env);
		_exit(HEALTH_EXIT_UNKNOWN);
	}
	return *ret_pid < 0 ? -1 : pidfd;
}

/* Runs a check; returns how it exited, -1 when the container ended. */
static int check(char **argv)
{
	pid_t pid;
	int pidfd = start_check(argv, &pid);
	struct pollfd ends[] = {
		{ .fd = pidfd, .events = POLLIN },
		{ .fd = HEALTH_FD_PIDFD, .events = POLLIN },
	};

	if (pidfd < 0)
		return HEALTH_EXIT_UNKNOWN;
	while (poll(ends, 2, -1) < 0 && errno == EINTR)
		;
	(void)close(pidfd);
	/* a check that is left behind has nothing to run in, and nobody to tell */
	return ends[1].revents ? -1 : clone_reap(pid);
}

static void set_up(void)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	/* a check has its own */
	for (int fd = HEALTH_FD_PIDFD; fd < HEALTH_FD_END; fd++)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
}

int main(int argc, char **argv)
{
	struct health_times times;
	bool is_starting = true;
	int64_t began_ns;
	int64_t due_ns;

	if (argc != HEALTH_ARG_COUNT)
		return HEALTH_EXIT_UNKNOWN;
	set_up();
	times.interval_ns = fixed_parse_int(argv[HEALTH_ARG_INTERVAL]);
	times.start_period_ns = fixed_parse_int(argv[HEALTH_ARG_START_PERIOD]);
	times.start_interval_ns = fixed_parse_int(argv[HEALTH_ARG_START_INTERVAL]);
	began_ns = now_ns() - fixed_parse_int(argv[HEALTH_ARG_UP]);
	due_ns = later(now_ns(), fixed_parse_int(argv[HEALTH_ARG_WAIT]));
	while (!ends_until(due_ns)) {
		int status = check(argv);

		if (status < 0)
			break;
		if (status == HEALTH_EXIT_SETTLED || status == HEALTH_EXIT_STARTING)
			is_starting = status == HEALTH_EXIT_STARTING;
		due_ns = later(now_ns(), health_wait_ns(&times, is_starting, now_ns() - began_ns));
	}
	return 0;
}
