/* SPDX-License-Identifier: MIT */
#include "container/name.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void names_are_those_that_docker_takes(void **state)
{
	static const char *const names[] = { "a", "0", "web", "my_app-1.2", "A..b", "x_" };
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (name_check(names[i], &err) < 0)
			fail_msg("%s", err.message);
}

/* A name becomes the name of a file. */
static void names_that_could_be_something_else_are_refused(void **state)
{
	static const char *const names[] = {
		"",   ".",   "..",   "-a",  "_a",  ".a",       "a/b",
		"/a", "a b", "a\nb", "a:b", "a@b", "\xc3\xa9", "a\x1b"
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (name_check(names[i], &err) != -CONTAINR_E_INVALID_ARGUMENT)
			fail_msg("'%s' is taken", names[i]);
	assert_true(err.hint[0] != '\0');
}

static void name_has_at_most_128_characters(void **state)
{
	struct containr_error err;
	char name[130];

	(void)state;
	memset(name, 'a', sizeof(name));
	name[128] = '\0';
	assert_int_equal(name_check(name, &err), 0);
	name[128] = 'a';
	name[129] = '\0';
	assert_int_equal(name_check(name, &err), -CONTAINR_E_INVALID_ARGUMENT);
}

static void made_up_names_may_be_given(void **state)
{
	struct containr_error err;
	int different = 0;

	(void)state;
	for (int i = 0; i < 100; i++) {
		autofree char *one = NULL;
		autofree char *other = NULL;

		assert_int_equal(name_make(&one, &err), 0);
		assert_int_equal(name_make(&other, &err), 0);
		assert_int_equal(name_check(one, &err), 0);
		assert_non_null(strchr(one, '_'));
		different += strcmp(one, other) != 0;
	}
	assert_true(different > 90);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_that_docker_takes),
		cmocka_unit_test(names_that_could_be_something_else_are_refused),
		cmocka_unit_test(name_has_at_most_128_characters),
		cmocka_unit_test(made_up_names_may_be_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
