/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#undef fail /* cmocka has a macro of that name */

static void every_code_has_a_name_and_a_status(void **state)
{
	(void)state;
	for (int32_t code = 0; code <= CONTAINR_E_MONITOR_LOST; code++) {
		int status = containr_error_exit_status(code);

		assert_string_not_equal(containr_error_name(code), "UNKNOWN");
		if (code == CONTAINR_E_OK)
			assert_int_equal(status, 0);
		else
			assert_in_range(status, 125, 127);
	}
	assert_string_equal(containr_error_name(CONTAINR_E_NO_SPACE), "NO_SPACE");
	assert_int_equal(containr_error_exit_status(CONTAINR_E_COMMAND_NOT_FOUND), 127);
	assert_int_equal(containr_error_exit_status(CONTAINR_E_COMMAND_NOT_EXECUTABLE), 126);
}

static void a_number_that_is_no_code_is_an_engine_error(void **state)
{
	static const int32_t numbers[] = { -1, CONTAINR_E_MONITOR_LOST + 1, INT32_MAX, INT32_MIN };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_string_equal(containr_error_name(numbers[i]), "UNKNOWN");
		assert_int_equal(containr_error_exit_status(numbers[i]), 125);
		assert_null(containr_error_default_hint(numbers[i]));
	}
}

static void the_errno_says_more_than_the_place(void **state)
{
	static const struct {
		int number;
		int32_t code;
	} cases[] = {
		{ EPERM, CONTAINR_E_PERMISSION_DENIED }, { EACCES, CONTAINR_E_PERMISSION_DENIED },
		{ ENOSPC, CONTAINR_E_NO_SPACE },	 { EDQUOT, CONTAINR_E_NO_SPACE },
		{ ENOMEM, CONTAINR_E_OUT_OF_MEMORY },	 { ENOENT, CONTAINR_E_ROOTFS_MOUNT },
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		errno = cases[i].number;
		assert_int_equal(fail_sys(&err, CONTAINR_E_ROOTFS_MOUNT, "cannot mount '%s'", "x"),
				 -cases[i].code);
		assert_int_equal(err.code, cases[i].code);
		assert_int_equal(err.sys_errno, cases[i].number);
		assert_memory_equal(err.message, "cannot mount 'x': ", 18);
		assert_string_equal(err.message + 18, strerror(cases[i].number));
	}
}

static void a_raised_error_replaces_the_one_before(void **state)
{
	struct containr_error err;

	(void)state;
	errno = EPERM;
	(void)fail_sys(&err, CONTAINR_E_IO, "first");
	assert_int_equal(fail(&err, CONTAINR_E_IO, "second %d", 2), -CONTAINR_E_IO);
	assert_string_equal(err.message, "second 2");
	assert_int_equal(err.sys_errno, 0);
	assert_string_equal(err.hint, "");
}

static void a_hint_stands_in_for_the_default_one(void **state)
{
	struct containr_error err;

	(void)state;
	(void)fail(&err, CONTAINR_E_IMAGE_NOT_FOUND, "no");
	assert_string_equal(err.hint, containr_error_default_hint(CONTAINR_E_IMAGE_NOT_FOUND));
	assert_int_equal(fail_hint(&err, "try %s", "this"), -CONTAINR_E_IMAGE_NOT_FOUND);
	assert_string_equal(err.hint, "try this");
	assert_string_equal(err.message, "no");
}

static void a_prefix_goes_before_the_message_and_is_cut_last(void **state)
{
	struct containr_error err;
	char longest[sizeof(err.message)];

	(void)state;
	(void)fail(&err, CONTAINR_E_IO, "what");
	assert_int_equal(fail_prefix(&err, "%s", "where"), -CONTAINR_E_IO);
	assert_string_equal(err.message, "where: what");
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	(void)fail(&err, CONTAINR_E_IO, "%s", longest);
	(void)fail_prefix(&err, "where");
	assert_memory_equal(err.message, "where: xxx", 10);
	assert_in_range(strlen(err.message), 500, sizeof(err.message) - 1);
	(void)fail_prefix(&err, "%s", longest);
	assert_in_range(strlen(err.message), 500, sizeof(err.message) - 1);
}

static void an_error_goes_through_a_pipe_in_one_write(void **state)
{
	(void)state;
	assert_true(sizeof(struct containr_error) <= 4096); /* PIPE_BUF */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_a_name_and_a_status),
		cmocka_unit_test(a_number_that_is_no_code_is_an_engine_error),
		cmocka_unit_test(the_errno_says_more_than_the_place),
		cmocka_unit_test(a_raised_error_replaces_the_one_before),
		cmocka_unit_test(a_hint_stands_in_for_the_default_one),
		cmocka_unit_test(a_prefix_goes_before_the_message_and_is_cut_last),
		cmocka_unit_test(an_error_goes_through_a_pipe_in_one_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
