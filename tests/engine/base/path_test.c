/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void cleaning_is_by_text_alone(void **state)
{
	static const char *const cases[][2] = {
		{ "/", "/" },
		{ "//", "/" },
		{ "", "." },
		{ ".", "." },
		{ "./", "." },
		{ "/a//b/", "/a/b" },
		{ "/a/./b", "/a/b" },
		{ "/a/../b", "/b" },
		{ "/..", "/" },
		{ "/../../a", "/a" },
		{ "/a/b/../..", "/" },
		{ "a/..", "." },
		{ "a/../b", "b" },
		{ "..", ".." },
		{ "../a", "../a" },
		{ "a/../../b", "../b" },
		{ "../../a", "../../a" },
		{ "../a/..", ".." },
		{ "/...", "/..." },
		{ "/a/..b", "/a/..b" },
		{ "a/b/../../..", ".." },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofree char *clean = path_clean(cases[i][0]);

		assert_string_equal(clean, cases[i][1]);
	}
}

static void joining_keeps_one_slash(void **state)
{
	static const char *const cases[][3] = {
		{ "/a", "b", "/a/b" },	  { "/a/", "b", "/a/b" }, { "/a", "/b", "/a/b" },
		{ "/a/", "//b", "/a/b" }, { "/", "b", "/b" },	  { "a", "", "a/" },
		{ "", "b", "/b" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofree char *joined = path_join(cases[i][0], cases[i][1]);

		assert_string_equal(joined, cases[i][2]);
	}
}

static void below_means_the_folder_or_inside_it(void **state)
{
	(void)state;
	assert_true(path_is_below("/a/b", "/a"));
	assert_true(path_is_below("/a", "/a"));
	assert_true(path_is_below("/a", "/"));
	assert_true(path_is_below("/", "/"));
	assert_false(path_is_below("/ab", "/a"));
	assert_false(path_is_below("/", "/a"));
	assert_false(path_is_below("a", "/"));
}

static void the_last_part_follows_the_last_slash(void **state)
{
	(void)state;
	assert_string_equal(path_basename("/a/b"), "b");
	assert_string_equal(path_basename("b"), "b");
	assert_string_equal(path_basename("/a/"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cleaning_is_by_text_alone),
		cmocka_unit_test(joining_keeps_one_slash),
		cmocka_unit_test(below_means_the_folder_or_inside_it),
		cmocka_unit_test(the_last_part_follows_the_last_slash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
