/* SPDX-License-Identifier: MIT */
#include "kernel/exit_info.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A pidfd of a child that ended by @signal, or else with exit code 7, and was reaped. */
static int ended_child(int signal)
{
	int go[2];
	char byte;
	pid_t pid;
	int fd;

	assert_int_equal(pipe(go), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)close(go[1]);
		_exit(read(go[0], &byte, 1) == 0 ? 7 : 8);
	}
	fd = (int)syscall(SYS_pidfd_open, pid, 0);
	assert_true(fd >= 0);
	if (signal)
		assert_int_equal(kill(pid, signal), 0);
	(void)close(go[0]);
	(void)close(go[1]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return fd;
}

static void a_pidfd_tells_how_its_process_ended(void **state)
{
	static const struct {
		int signal;
		int code;
	} ways[] = { { 0, 7 }, { SIGKILL, 137 }, { SIGTERM, 143 } };

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		int fd = ended_child(ways[i].signal);
		int code = -1;
		bool is_told = exit_info_read(fd, &code);

		(void)close(fd);
		if (!is_told) {
			print_message("not checked: the kernel is older than 6.15\n");
			skip();
		}
		assert_int_equal(code, ways[i].code);
	}
}

static void what_is_no_pidfd_tells_nothing(void **state)
{
	int code = -1;

	(void)state;
	assert_false(exit_info_read(-1, &code));
	assert_false(exit_info_read(0, &code));
	assert_int_equal(code, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pidfd_tells_how_its_process_ended),
		cmocka_unit_test(what_is_no_pidfd_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
