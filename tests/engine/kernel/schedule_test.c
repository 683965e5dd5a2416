/* SPDX-License-Identifier: MIT */
#include "kernel/schedule.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void list_of_cpus_is_read(void **state)
{
	static const struct {
		const char *text;
		uint64_t low;
	} cases[] = { { "0", 1 }, { "1-3", 14 }, { "0,2-2,5", 37 }, { "63,0", 1ULL << 63 | 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct cpu_list list;

		assert_true(cpu_list_parse(cases[i].text, &list));
		assert_true(list.is_set);
		assert_true(list.bits[0] == cases[i].low);
	}
}

static void what_is_no_list_of_cpus_is_refused(void **state)
{
	static const char *const texts[] = { "",
					     ",",
					     "0,",
					     "-1",
					     "1-",
					     "3-1",
					     "a",
					     "0 1",
					     "0-1x",
					     "1024",
					     "0-9999999999999999999" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct cpu_list list;

		if (cpu_list_parse(texts[i], &list))
			fail_msg("accepted: '%s'", texts[i]);
	}
}

static void names_lead_to_values_and_back(void **state)
{
	uint32_t policy = 0;
	uint64_t flag = 0;
	int io_class = 0;

	(void)state;
	assert_true(schedule_find_policy("SCHED_DEADLINE", &policy));
	assert_string_equal(schedule_policy_name(policy), "SCHED_DEADLINE");
	assert_true(schedule_find_flag("SCHED_FLAG_RECLAIM", &flag));
	assert_string_equal(schedule_flag_name(flag), "SCHED_FLAG_RECLAIM");
	assert_true(schedule_find_io_class("IOPRIO_CLASS_IDLE", &io_class));
	assert_string_equal(schedule_io_class_name(io_class), "IOPRIO_CLASS_IDLE");
	assert_false(schedule_find_policy("SCHED_", &policy));
	assert_null(schedule_policy_name(7));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_of_cpus_is_read),
		cmocka_unit_test(what_is_no_list_of_cpus_is_refused),
		cmocka_unit_test(names_lead_to_values_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
