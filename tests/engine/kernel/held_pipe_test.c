/* SPDX-License-Identifier: MIT */
#include "kernel/held_pipe.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A child that holds @fd at number 9, and has nothing else open. */
static pid_t hold(int fd)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid > 0)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)dup2(fd, 9);
	for (int i = 3; i < 64; i++)
		if (i != 9)
			(void)close(i);
	for (;;)
		(void)pause();
}

static void end(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void make(int *ret_from, int *ret_to)
{
	struct containr_error err;

	assert_int_equal(held_pipe_create(ret_from, ret_to, &err), 0);
}

static void a_writer_needs_no_reader(void **state)
{
	int from;
	int to;

	(void)state;
	make(&from, &to);
	(void)close(from);
	/* the test would end by SIGPIPE */
	assert_int_equal(write(to, "x", 1), 1);
	(void)close(to);
}

static void the_end_of_the_writers_is_the_end(void **state)
{
	char byte;
	int from;
	int to;

	(void)state;
	make(&from, &to);
	assert_int_equal(write(to, "x", 1), 1);
	(void)close(to);
	assert_int_equal(read(from, &byte, 1), 1);
	assert_int_equal(read(from, &byte, 1), 0);
	(void)close(from);
}

static void a_new_reader_finds_the_pipe_and_what_is_in_it(void **state)
{
	char text[8] = "";
	uint64_t number;
	pid_t holder;
	int from;
	int to;

	(void)state;
	make(&from, &to);
	number = held_pipe_number(from);
	assert_int_equal(held_pipe_number(to), number);
	assert_int_equal(write(to, "kept", 4), 4);
	holder = hold(to);
	(void)close(from);
	(void)close(to);
	from = held_pipe_reopen(holder, number);
	assert_true(from >= 0);
	assert_int_equal(read(from, text, sizeof(text)), 4);
	assert_string_equal(text, "kept");
	end(holder);
	assert_int_equal(read(from, text, sizeof(text)), 0);
	(void)close(from);
	assert_int_equal(held_pipe_reopen(getpid(), number), -1);
}

static void another_process_of_the_namespace_may_have_it(void **state)
{
	uint64_t number;
	pid_t holder;
	pid_t other;
	int from;
	int to;

	(void)state;
	make(&from, &to);
	number = held_pipe_number(from);
	holder = hold(to);
	(void)close(from);
	(void)close(to);
	other = hold(0);
	from = held_pipe_reopen(other, number);
	assert_true(from >= 0);
	(void)close(from);
	end(other);
	end(holder);
}

static void another_pipe_is_not_opened(void **state)
{
	int others[2];
	pid_t holder;
	int from;
	int to;

	(void)state;
	make(&from, &to);
	assert_int_equal(pipe2(others, O_CLOEXEC), 0);
	holder = hold(others[1]);
	assert_int_equal(held_pipe_reopen(holder, held_pipe_number(from) + 1000000), -1);
	assert_int_equal(held_pipe_reopen(holder, 0), -1);
	end(holder);
	assert_int_equal(held_pipe_number(-1), 0);
	assert_int_equal(held_pipe_number(open("/dev/null", O_RDONLY | O_CLOEXEC)), 0);
	(void)close(others[0]);
	(void)close(others[1]);
	(void)close(from);
	(void)close(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_writer_needs_no_reader),
		cmocka_unit_test(the_end_of_the_writers_is_the_end),
		cmocka_unit_test(a_new_reader_finds_the_pipe_and_what_is_in_it),
		cmocka_unit_test(another_process_of_the_namespace_may_have_it),
		cmocka_unit_test(another_pipe_is_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
