/* SPDX-License-Identifier: MIT */
#include "kernel/pidfd.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

/* A child that sleeps until it is killed, named @name. */
static pid_t sleeper(const char *name)
{
	int ready[2];
	pid_t pid;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, name);
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(ready[1], "", 1) == 1)
			(void)pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

static void reap(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void descriptor_does_not_pass_on_to_programs(void **state)
{
	autoclose int fd = -1;
	struct containr_error err;

	(void)state;
	assert_int_equal(pidfd_of(getpid(), &fd, &err), 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
}

static void process_that_is_gone_is_not_running(void **state)
{
	pid_t pid = sleeper("gone");
	struct containr_error err;
	int fd = -1;

	(void)state;
	reap(pid);
	assert_int_equal(pidfd_of(pid, &fd, &err), -CONTAINR_E_CONTAINER_NOT_RUNNING);
	assert_int_equal(err.sys_errno, ESRCH);
	assert_int_equal(fd, -1);
}

static void signal_reaches_the_process_and_its_end_is_seen(void **state)
{
	pid_t pid = sleeper("target");
	autoclose int fd = -1;
	struct containr_error err;
	bool ended = true;

	(void)state;
	assert_int_equal(pidfd_of(pid, &fd, &err), 0);
	assert_int_equal(pidfd_wait_end(fd, 0, &ended, &err), 0);
	assert_false(ended);
	assert_int_equal(pidfd_kill(fd, SIGKILL, &err), 0);
	assert_int_equal(pidfd_wait_end(fd, 10000, &ended, &err), 0);
	assert_true(ended);
	reap(pid);
	assert_int_equal(pidfd_kill(fd, SIGKILL, &err), -CONTAINR_E_CONTAINER_NOT_RUNNING);
	assert_int_equal(err.sys_errno, ESRCH);
}

static void waiting_ends_after_its_time(void **state)
{
	pid_t pid = sleeper("slow");
	autoclose int fd = -1;
	struct containr_error err;
	struct timespec before;
	struct timespec after;
	bool ended = true;

	(void)state;
	assert_int_equal(pidfd_of(pid, &fd, &err), 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &before);
	assert_int_equal(pidfd_wait_end(fd, 30, &ended, &err), 0);
	(void)clock_gettime(CLOCK_MONOTONIC, &after);
	assert_false(ended);
	assert_true((after.tv_sec - before.tv_sec) * 1000 +
			    (after.tv_nsec - before.tv_nsec) / 1000000 >=
		    29);
	reap(pid);
}

/* The name stands in the file before the numbers and may look like them: proc_pid_stat(5). */
static void start_time_is_read_behind_any_name(void **state)
{
	static const char *const names[] = { "plain", "a b", ") R 1 1 1", ")))", "(x) Z 0 0" };
	struct containr_error err;
	uint64_t own = 0;

	(void)state;
	assert_int_equal(process_start_time(getpid(), &own, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		pid_t pid = sleeper(names[i]);
		uint64_t ticks = 0;

		assert_int_equal(process_start_time(pid, &ticks, &err), 0);
		assert_in_range(ticks, own, own + 6000);
		assert_true(process_is_alive(pid, ticks));
		reap(pid);
	}
}

static void process_is_another_with_another_start_time(void **state)
{
	pid_t pid = sleeper("other");
	struct containr_error err;
	uint64_t ticks = 0;

	(void)state;
	assert_int_equal(process_start_time(pid, &ticks, &err), 0);
	assert_false(process_is_alive(pid, ticks + 1));
	assert_false(process_is_alive(pid, 0));
	assert_false(process_is_alive(0, ticks));
	assert_false(process_is_alive(-1, ticks));
	reap(pid);
}

static void zombie_is_not_alive(void **state)
{
	pid_t pid = sleeper("zombie");
	siginfo_t info;
	struct containr_error err;
	uint64_t ticks = 0;

	(void)state;
	assert_int_equal(process_start_time(pid, &ticks, &err), 0);
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	assert_false(process_is_alive(pid, ticks));
	reap(pid);
	assert_int_equal(process_start_time(pid, &ticks, &err), -CONTAINR_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(descriptor_does_not_pass_on_to_programs),
		cmocka_unit_test(process_that_is_gone_is_not_running),
		cmocka_unit_test(signal_reaches_the_process_and_its_end_is_seen),
		cmocka_unit_test(waiting_ends_after_its_time),
		cmocka_unit_test(start_time_is_read_behind_any_name),
		cmocka_unit_test(process_is_another_with_another_start_time),
		cmocka_unit_test(zombie_is_not_alive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
