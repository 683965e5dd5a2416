/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void appends_follow_each_other(void **state)
{
	autostr str = STR_INIT;

	(void)state;
	str_append(&str, "one");
	str_append_char(&str, ' ');
	str_appendf(&str, "%d-%s", 2, "three");
	str_append_len(&str, "four!", 4);
	assert_string_equal(str.data, "one 2-threefour");
	assert_int_equal(str.len, strlen(str.data));
	str_clear(&str);
	assert_string_equal(str.data, "");
}

static void a_long_text_grows_over_many_blocks(void **state)
{
	autostr str = STR_INIT;

	(void)state;
	for (int i = 0; i < 10000; i++)
		str_appendf(&str, "%05d", i);
	assert_false(str.failed);
	assert_int_equal(str.len, 50000);
	assert_string_equal(str.data + 49995, "09999");
}

static void a_length_that_overflows_is_a_failure_not_a_write(void **state)
{
	autostr str = STR_INIT;

	(void)state;
	str_append(&str, "x");
	str_append_len(&str, "y", SIZE_MAX);
	assert_true(str.failed);
	str_append(&str, "z");
	assert_string_equal(str.data, "x");
	assert_null(str_steal(&str));
	assert_null(str.data);
}

static void stealing_nothing_gives_an_empty_text(void **state)
{
	struct str str = STR_INIT;
	autofree char *text = str_steal(&str);

	(void)state;
	assert_string_equal(text, "");
}

static void a_list_is_always_an_argv(void **state)
{
	autostrv list = { 0 };
	char *more[] = { (char[]) { "c" }, (char[]) { "d" }, NULL };

	(void)state;
	strv_push(&list, "a");
	strv_pushf(&list, "b%d", 1);
	strv_extend(&list, more);
	strv_extend(&list, NULL);
	assert_int_equal(list.len, 4);
	assert_string_equal(list.items[1], "b1");
	assert_string_equal(list.items[3], "d");
	assert_null(list.items[4]);
	assert_true(strv_contains(&list, "c"));
	assert_false(strv_contains(&list, "b"));
	for (int i = 0; i < 100; i++)
		strv_push(&list, "x");
	assert_null(list.items[104]);
	strv_push_take(&list, NULL);
	assert_true(list.failed);
}

static void ends_are_compared_whole(void **state)
{
	(void)state;
	assert_true(str_starts_with("abc", "ab"));
	assert_true(str_starts_with("abc", ""));
	assert_false(str_starts_with("ab", "abc"));
	assert_true(str_ends_with("abc", "bc"));
	assert_false(str_ends_with("bc", "abc"));
}

struct number_case {
	const char *text;
	int64_t value;
};

static void whole_numbers_have_a_range(void **state)
{
	static const char *const refused[] = { "",   " 1",   "1 ",
					       "1x", "0x10", "-6",
					       "11", "1.0",  "99999999999999999999" };
	struct containr_error err;
	int64_t value;

	(void)state;
	assert_int_equal(parse_int64("-5", "--n", -5, 10, &value, &err), 0);
	assert_int_equal(value, -5);
	assert_int_equal(parse_int64("010", "--n", -5, 10, &value, &err), 0);
	assert_int_equal(value, 10);
	for (size_t i = 0; i < ARRAY_LEN(refused); i++) {
		assert_int_equal(parse_int64(refused[i], "--n", -5, 10, &value, &err),
				 -CONTAINR_E_INVALID_ARGUMENT);
		assert_memory_equal(err.message, "--n: ", 5);
	}
}

static void sizes_are_read_as_docker_reads_them(void **state)
{
	static const struct number_case cases[] = {
		{ "0", 0 },
		{ "4096", 4096 },
		{ "10b", 10 },
		{ "100m", 104857600 },
		{ "100M", 104857600 },
		{ "1kB", 1024 },
		{ "1KiB", 1024 },
		{ "1.5g", 1610612736 },
		{ "0.5k", 512 },
		{ "2t", 2199023255552 },
		{ "9223372036854775807", INT64_MAX },
	};
	static const char *const refused[] = {
		"",    "m",	  "-1",	  "1 m", "1x",
		"1.",  ".5m",	  "1..2", "1mm", "9223372036854775808",
		"9t9", "8388608t"
	};
	struct containr_error err;
	int64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse_bytes(cases[i].text, "--m", &value, &err), 0);
		assert_true(value == cases[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (parse_bytes(refused[i], "--m", &value, &err) == 0)
			fail_msg("'%s' is accepted", refused[i]);
}

static void durations_are_read_as_go_reads_them(void **state)
{
	static const struct number_case cases[] = {
		{ "10", 10000000000 },	    { "1.5s", 1500000000 },   { "500ms", 500000000 },
		{ "1h30m", 5400000000000 }, { "1m1ns", 60000000001 }, { "0", 0 },
	};
	static const char *const refused[] = {
		"", "s", "-1s", "1h 2m", "1d", "9223372037s", "2562047h9999999m"
	};
	struct containr_error err;
	int64_t value;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(parse_duration(cases[i].text, "--t", &value, &err), 0);
		assert_true(value == cases[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(refused); i++)
		if (parse_duration(refused[i], "--t", &value, &err) == 0)
			fail_msg("'%s' is accepted", refused[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_follow_each_other),
		cmocka_unit_test(a_long_text_grows_over_many_blocks),
		cmocka_unit_test(a_length_that_overflows_is_a_failure_not_a_write),
		cmocka_unit_test(stealing_nothing_gives_an_empty_text),
		cmocka_unit_test(a_list_is_always_an_argv),
		cmocka_unit_test(ends_are_compared_whole),
		cmocka_unit_test(whole_numbers_have_a_range),
		cmocka_unit_test(sizes_are_read_as_docker_reads_them),
		cmocka_unit_test(durations_are_read_as_go_reads_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
