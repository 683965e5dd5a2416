/* SPDX-License-Identifier: MIT */
#include "cli/top_rows.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <cmocka.h>

static void terminals_have_the_names_of_their_devices(void **state)
{
	static const struct {
		unsigned int major;
		unsigned int minor;
		const char *name;
	} cases[] = {
		{ 136, 0, "pts/0" }, { 137, 3, "pts/259" }, { 4, 1, "tty1" },
		{ 4, 64, "ttyS0" },  { 0, 0, "?" },	    { 204, 64, "?" },
	};
	char text[TOP_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		top_terminal((uint32_t)makedev(cases[i].major, cases[i].minor), text);
		assert_string_equal(text, cases[i].name);
	}
}

static void cpu_time_has_days_only_when_there_are_some(void **state)
{
	char text[TOP_TEXT_SIZE];

	(void)state;
	top_cpu_time(0, text);
	assert_string_equal(text, "00:00:00");
	top_cpu_time(INT64_C(3723999999999), text);
	assert_string_equal(text, "01:02:03");
	top_cpu_time(INT64_C(90061) * TIME_NS_PER_SEC, text);
	assert_string_equal(text, "1-01:01:01");
	top_cpu_time(INT64_MAX, text);
	assert_string_equal(text, "106751-23:47:16");
}

static void start_time_gets_coarser_with_age(void **state)
{
	const int64_t now = INT64_C(1764072000) * TIME_NS_PER_SEC; /* 2025-11-25T12:00:00Z */
	const int64_t hour = 3600 * TIME_NS_PER_SEC;
	char text[TOP_TEXT_SIZE];

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	top_start_time(now - hour, now, text);
	assert_string_equal(text, "11:00");
	top_start_time(now - 13 * hour, now, text);
	assert_string_equal(text, "Nov24");
	top_start_time(now - 24 * 365 * hour, now, text);
	assert_string_equal(text, "2024");
}

static void a_row_is_that_of_ps(void **state)
{
	static char command[] = "sleep 100";
	const struct containr_process process = { .pid = 42,
						  .parent_pid = 41,
						  .uid = 4000000000,
						  .cpu_ns = 5 * TIME_NS_PER_SEC,
						  .started_ns =
							  INT64_C(1764071990) * TIME_NS_PER_SEC,
						  .command = command };
	autotable table = TABLE("UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD");
	static const char *const wanted[] = { "4000000000", "42", "41",	      "50",
					      NULL,	    "?",  "00:00:05", "sleep 100" };

	(void)state;
	top_row(&table, &process, INT64_C(1764072000) * TIME_NS_PER_SEC);
	assert_int_equal(table.cells.len, 8);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++)
		if (wanted[i])
			assert_string_equal(table.cells.items[i], wanted[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminals_have_the_names_of_their_devices),
		cmocka_unit_test(cpu_time_has_days_only_when_there_are_some),
		cmocka_unit_test(start_time_gets_coarser_with_age),
		cmocka_unit_test(a_row_is_that_of_ps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
