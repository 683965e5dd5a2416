/* SPDX-License-Identifier: MIT */
#include "kernel/proc_stat.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

static void a_name_may_look_like_the_rest_of_the_line(void **state)
{
	struct proc_stat stat;

	(void)state;
	assert_int_equal(
		proc_stat_parse("7 (x) Z 1 2 3 (y)) S 6 7 8 34816 -1 4194304 1 0 0 0 11 12 "
				"0 0 20 0 1 0 998877 2502656 129 18446744073709551615\n",
				&stat),
		0);
	assert_int_equal(stat.state, 'S');
	assert_int_equal(stat.parent, 6);
	assert_int_equal(stat.session, 8);
	assert_int_equal(stat.terminal, 34816);
	assert_int_equal(stat.user_ticks, 11);
	assert_int_equal(stat.system_ticks, 12);
	assert_int_equal(stat.start_ticks, 998877);
}

static void what_is_cut_short_is_an_error(void **state)
{
	static const char *const texts[] = {
		"",	   "7 (x",	    "7 (x)",
		"7 (x) S", "7 (x) S 1 2 3", "7 (x) S 1 2 3 a b c d e f g h i j k l m n o p"
	};
	struct proc_stat stat;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		errno = 0;
		assert_int_equal(proc_stat_parse(texts[i], &stat), -1);
		assert_int_equal(errno, EPROTO);
	}
}

static void reads_that_of_a_process(void **state)
{
	struct proc_stat stat;

	(void)state;
	assert_int_equal(proc_stat_read(getpid(), &stat), 0);
	assert_int_equal(stat.parent, getppid());
	assert_int_equal(stat.session, getsid(0));
	assert_int_equal(stat.state, 'R');
	assert_int_equal(proc_stat_read(0, &stat), -1);
	assert_int_equal(errno, ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_may_look_like_the_rest_of_the_line),
		cmocka_unit_test(what_is_cut_short_is_an_error),
		cmocka_unit_test(reads_that_of_a_process),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
