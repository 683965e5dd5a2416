/* SPDX-License-Identifier: MIT */
#include "base/exe.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static int forget_variables(void **state)
{
	(void)state;
	return unsetenv(EXE_VARIABLE) == 0 && unsetenv("CONTAINR_LIBEXEC") == 0 ? 0 : -1;
}

static void the_path_is_that_of_this_program(void **state)
{
	char path[PATH_MAX];
	struct containr_error err;

	(void)state;
	assert_int_equal(exe_path(path, sizeof(path), &err), 0);
	assert_int_equal(access(path, X_OK), 0);
	assert_non_null(strstr(path, "exe_test"));
}

static void a_protected_copy_knows_where_it_was_started(void **state)
{
	char path[PATH_MAX];
	struct containr_error err;

	(void)state;
	assert_int_equal(setenv(EXE_VARIABLE, "/usr/bin/containr", 1), 0);
	assert_int_equal(exe_path(path, sizeof(path), &err), 0);
	assert_string_equal(path, "/usr/bin/containr");
}

static void helpers_lie_beside_the_folder_of_programs(void **state)
{
	static const char *const cases[][2] = {
		{ "/usr/bin/containr", "/usr/libexec/containr" },
		{ "/usr/local/bin/containr", "/usr/local/libexec/containr" },
		{ "/bin/containr", "/libexec/containr" },
		{ "/usr/libexec/containr/containr-image", "/usr/libexec/containr" },
	};
	char path[PATH_MAX];
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(setenv(EXE_VARIABLE, cases[i][0], 1), 0);
		assert_int_equal(exe_libexec(path, sizeof(path), &err), 0);
		assert_string_equal(path, cases[i][1]);
	}
}

static void the_variable_decides_about_the_helpers(void **state)
{
	char path[PATH_MAX];
	struct containr_error err;

	(void)state;
	assert_int_equal(setenv("CONTAINR_LIBEXEC", "/opt/x", 1), 0);
	assert_int_equal(exe_libexec(path, sizeof(path), &err), 0);
	assert_string_equal(path, "/opt/x");
}

static void what_does_not_fit_is_an_error(void **state)
{
	char small[12];
	struct containr_error err;

	(void)state;
	assert_int_equal(exe_path(small, 4, &err), -CONTAINR_E_IO);
	assert_int_equal(setenv(EXE_VARIABLE, "/a/b/c", 1), 0);
	assert_int_equal(exe_path(small, 6, &err), -CONTAINR_E_IO);
	assert_int_equal(exe_path(small, 7, &err), 0);
	assert_int_equal(exe_libexec(small, sizeof(small), &err), -CONTAINR_E_IO);
	assert_int_equal(setenv("CONTAINR_LIBEXEC", "/a/folder/too/long", 1), 0);
	assert_int_equal(exe_libexec(small, sizeof(small), &err), -CONTAINR_E_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_path_is_that_of_this_program, forget_variables),
		cmocka_unit_test_setup(a_protected_copy_knows_where_it_was_started,
				       forget_variables),
		cmocka_unit_test_setup(helpers_lie_beside_the_folder_of_programs, forget_variables),
		cmocka_unit_test_setup(the_variable_decides_about_the_helpers, forget_variables),
		cmocka_unit_test_setup(what_does_not_fit_is_an_error, forget_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
