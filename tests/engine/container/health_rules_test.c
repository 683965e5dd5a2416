/* SPDX-License-Identifier: MIT */
#include "container/health_rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define SECOND INT64_C(1000000000)

static void interval_is_that_of_docker_where_none_is_given(void **state)
{
	const struct health_times none = { 0 };

	(void)state;
	assert_int_equal(health_wait_ns(&none, true, 0), 30 * SECOND);
	assert_int_equal(health_wait_ns(&none, false, 0), 30 * SECOND);
}

static void start_interval_holds_in_the_start_period_until_a_check_passed(void **state)
{
	const struct health_times times = { .interval_ns = 10 * SECOND,
					    .start_period_ns = 60 * SECOND,
					    .start_interval_ns = 2 * SECOND };
	const struct health_times plain = { .interval_ns = 10 * SECOND,
					    .start_period_ns = 60 * SECOND };

	(void)state;
	assert_int_equal(health_wait_ns(&times, true, 0), 2 * SECOND);
	assert_int_equal(health_wait_ns(&times, true, 60 * SECOND - 1), 2 * SECOND);
	assert_int_equal(health_wait_ns(&times, true, 60 * SECOND), 10 * SECOND);
	assert_int_equal(health_wait_ns(&times, false, 0), 10 * SECOND);
	assert_int_equal(health_wait_ns(&plain, true, 0), 5 * SECOND);
}

/* A life as a row of exit codes, one a second, and what is to be seen after each. */
struct life {
	int64_t retries;
	int64_t start_period_s;
	int exit_codes[6];
	uint32_t statuses[6];
	uint32_t streaks[6];
};

static void lives_go_as_with_docker(void **state)
{
	enum { S = HEALTH_STARTING, H = HEALTH_HEALTHY, U = HEALTH_UNHEALTHY };
	static const struct life lives[] = {
		/* docker's default: the third failure counts */
		{ 0, 0, { 1, 1, 1, 1, 0, 1 }, { S, S, U, U, H, H }, { 1, 2, 3, 4, 0, 1 } },
		{ 1, 0, { 0, 1, 0, -1, 137, 0 }, { H, U, H, U, U, H }, { 0, 1, 0, 1, 2, 0 } },
		/* failures in the start period do not count ... */
		{ 2, 3, { 1, 1, 1, 1, 1, 0 }, { S, S, S, S, U, H }, { 0, 0, 0, 1, 2, 0 } },
		/* ... until one has passed */
		{ 2, 100, { 1, 0, 1, 1, 1, 0 }, { S, H, H, U, U, H }, { 0, 0, 1, 2, 3, 0 } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lives) / sizeof(*lives); i++) {
		struct health_tally tally = { .status = HEALTH_STARTING };

		for (int k = 0; k < 6; k++) {
			health_count(&tally, lives[i].exit_codes[k], lives[i].retries,
				     lives[i].start_period_s * SECOND, k * SECOND);
			assert_int_equal(tally.status, lives[i].statuses[k]);
			assert_int_equal(tally.streak, lives[i].streaks[k]);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interval_is_that_of_docker_where_none_is_given),
		cmocka_unit_test(start_interval_holds_in_the_start_period_until_a_check_passed),
		cmocka_unit_test(lives_go_as_with_docker),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
