/* SPDX-License-Identifier: MIT */
#include "base/fixed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void parts_follow_each_other(void **state)
{
	char buffer[64];
	struct fixed fixed = FIXED_INIT(buffer);

	(void)state;
	fixed_put(&fixed, "a");
	fixed_put_int(&fixed, -12);
	fixed_put_len(&fixed, "xyz", 2);
	fixed_put_int(&fixed, 0);
	assert_string_equal(buffer, "a-12xy0");
	assert_int_equal(fixed.len, 7);
	assert_false(fixed.overflow);
}

static void numbers_have_all_their_digits(void **state)
{
	char buffer[64];
	struct fixed fixed = FIXED_INIT(buffer);

	(void)state;
	fixed_put_int(&fixed, INT64_MIN);
	fixed_put(&fixed, " ");
	fixed_put_int(&fixed, INT64_MAX);
	assert_string_equal(buffer, "-9223372036854775808 9223372036854775807");
}

static void what_does_not_fit_is_left_out_whole(void **state)
{
	char buffer[6];
	struct fixed fixed = FIXED_INIT(buffer);

	(void)state;
	fixed_put(&fixed, "12345");
	assert_false(fixed.overflow);
	fixed_put(&fixed, "6");
	assert_true(fixed.overflow);
	assert_string_equal(buffer, "12345");
	fixed_put(&fixed, "");
	assert_string_equal(buffer, "12345");
}

static void a_text_that_never_fits_leaves_an_empty_one(void **state)
{
	char buffer[4] = "old";
	struct fixed fixed = FIXED_INIT(buffer);

	(void)state;
	fixed_put(&fixed, "much too long");
	assert_true(fixed.overflow);
	assert_string_equal(buffer, "");
}

static void numbers_are_read_from_the_start(void **state)
{
	(void)state;
	assert_int_equal(fixed_parse_int("42 and more"), 42);
	assert_int_equal(fixed_parse_int("-7"), -7);
	assert_int_equal(fixed_parse_int(""), 0);
	assert_int_equal(fixed_parse_int("x1"), 0);
	assert_true(fixed_parse_int("-9223372036854775808") == INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parts_follow_each_other),
		cmocka_unit_test(numbers_have_all_their_digits),
		cmocka_unit_test(what_does_not_fit_is_left_out_whole),
		cmocka_unit_test(a_text_that_never_fits_leaves_an_empty_one),
		cmocka_unit_test(numbers_are_read_from_the_start),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
