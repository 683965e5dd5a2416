/* SPDX-License-Identifier: MIT */
#include "cli/human.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct size_case {
	int64_t bytes;
	int digits;
	const char *text;
};

/* The first ones are those of go-units' own tests. */
static void sizes_are_written_as_docker_writes_them(void **state)
{
	static const struct size_case cases[] = {
		{ 1000, 4, "1kB" },
		{ 1024, 4, "1.024kB" },
		{ 1000000, 4, "1MB" },
		{ 1048576, 4, "1.049MB" },
		{ 2000000, 4, "2MB" },
		{ 3420000000, 4, "3.42GB" },
		{ 5372000000000, 4, "5.372TB" },
		{ 2220000000000000, 4, "2.22PB" },
		{ 0, 4, "0B" },
		{ 999, 3, "999B" },
		{ 4213779, 3, "4.21MB" },
		{ 116550000, 3, "117MB" },
		{ INT64_MAX, 4, "9.223EB" },
	};
	char text[HUMAN_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		human_size(cases[i].bytes, cases[i].digits, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void sizes_just_below_a_unit_move_on_to_it(void **state)
{
	char text[HUMAN_TEXT_SIZE];

	(void)state;
	human_size(999600, 3, text);
	assert_string_equal(text, "1MB");
	human_size(999400, 3, text);
	assert_string_equal(text, "999kB");
	human_size(999960, 4, text);
	assert_string_equal(text, "1MB");
}

static void memory_counts_in_powers_of_1024(void **state)
{
	char text[HUMAN_TEXT_SIZE];

	(void)state;
	human_size_binary(0, text);
	assert_string_equal(text, "0B");
	human_size_binary(1572864, text);
	assert_string_equal(text, "1.5MiB");
	human_size_binary(INT64_C(25263706112), text);
	assert_string_equal(text, "23.53GiB");
}

struct duration_case {
	int64_t seconds;
	const char *text;
};

static void durations_are_written_as_docker_writes_them(void **state)
{
	static const struct duration_case cases[] = {
		{ -5, "Less than a second" },
		{ 0, "Less than a second" },
		{ 1, "1 second" },
		{ 45, "45 seconds" },
		{ 60, "About a minute" },
		{ 3 * 60, "3 minutes" },
		{ 59 * 60 + 59, "59 minutes" },
		{ 3600, "About an hour" },
		{ 3600 + 29 * 60, "About an hour" },
		{ 3600 + 30 * 60, "2 hours" },
		{ 47 * 3600, "47 hours" },
		{ 48 * 3600, "2 days" },
		{ INT64_C(7) * 24 * 3600, "7 days" },
		{ INT64_C(14) * 24 * 3600, "2 weeks" },
		{ INT64_C(60) * 24 * 3600, "2 months" },
		{ INT64_C(730) * 24 * 3600, "2 years" },
	};
	char text[HUMAN_TEXT_SIZE];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		human_duration(cases[i].seconds * TIME_NS_PER_SEC, text);
		assert_string_equal(text, cases[i].text);
	}
}

static void ago_counts_from_now(void **state)
{
	char text[HUMAN_TEXT_SIZE];

	(void)state;
	human_ago(100 * TIME_NS_PER_SEC, 400 * TIME_NS_PER_SEC, text);
	assert_string_equal(text, "5 minutes ago");
	human_ago(400 * TIME_NS_PER_SEC, 100 * TIME_NS_PER_SEC, text);
	assert_string_equal(text, "Less than a second ago");
}

struct cut_case {
	const char *text;
	size_t width;
	const char *cut;
};

static void long_texts_are_cut_with_an_ellipsis(void **state)
{
	static const struct cut_case cases[] = {
		{ "sleep", 5, "sleep" }, { "sleep 1", 5, "slee…" }, { "äöüß", 3, "äö…" },
		{ "äöü", 3, "äöü" },	 { "ab", 1, "…" },	    { "ab", 0, "" },
		{ "", 0, "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostr out = STR_INIT;

		str_append(&out, "");
		human_cut(&out, cases[i].text, cases[i].width);
		assert_string_equal(out.data, cases[i].cut);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_are_written_as_docker_writes_them),
		cmocka_unit_test(sizes_just_below_a_unit_move_on_to_it),
		cmocka_unit_test(memory_counts_in_powers_of_1024),
		cmocka_unit_test(durations_are_written_as_docker_writes_them),
		cmocka_unit_test(ago_counts_from_now),
		cmocka_unit_test(long_texts_are_cut_with_an_ellipsis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
