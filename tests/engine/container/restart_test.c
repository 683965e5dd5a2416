/* SPDX-License-Identifier: MIT */
#include "container/restart.h"

#include "monitor/monitor.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define ON_FAILURE MONITOR_RESTART_ON_FAILURE
#define ALWAYS MONITOR_RESTART_ALWAYS
#define SECOND INT64_C(1000000000)

static void policy_decides(void **unused)
{
	(void)unused;
	assert_false(restart_is_wanted(0, 0, 0, 1));
	assert_true(restart_is_wanted(ALWAYS, 0, 1000000, 0));
	assert_true(restart_is_wanted(ALWAYS, 0, 0, 1));
	assert_false(restart_is_wanted(ON_FAILURE, 0, 0, 0));
	assert_true(restart_is_wanted(ON_FAILURE, 0, 1000000, 1));
	assert_true(restart_is_wanted(ON_FAILURE, 3, 2, 137));
	assert_false(restart_is_wanted(ON_FAILURE, 3, 3, 137));
}

static void wait_doubles_up_to_a_minute(void **unused)
{
	uint32_t ms = 0;

	(void)unused;
	for (uint32_t expected = 100; expected < 60000; expected *= 2) {
		ms = restart_delay_ms(ms, SECOND);
		assert_int_equal(ms, expected);
	}
	ms = restart_delay_ms(ms, SECOND);
	assert_int_equal(ms, 60000);
	assert_int_equal(restart_delay_ms(ms, SECOND), 60000);
}

static void ten_seconds_up_make_it_short_again(void **unused)
{
	(void)unused;
	assert_int_equal(restart_delay_ms(60000, 10 * SECOND), 100);
	assert_int_equal(restart_delay_ms(60000, 10 * SECOND - 1), 60000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(policy_decides),
		cmocka_unit_test(wait_doubles_up_to_a_minute),
		cmocka_unit_test(ten_seconds_up_make_it_short_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
