/* SPDX-License-Identifier: MIT */
#include "base/time.h"

#include "base/cleanup.h"

#include <time.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define NOW (1764072000 * TIME_NS_PER_SEC)

struct time_case {
	const char *text;
	int64_t ns;
};

static void points_in_time_are_read(void **state)
{
	static const struct time_case cases[] = {
		{ "0", 0 },
		{ "1764072000.5", 1764072000500000000 },
		{ "1764072000.000000001", 1764072000000000001 },
		{ "1970-01-01", 0 },
		{ "1970-01-01T00:00:01Z", 1000000000 },
		{ "2025-11-25T12:00:00Z", NOW },
		{ "2025-11-25t12:00:00z", NOW },
		{ "2025-11-25 12:00", NOW },
		{ "2025-11-25T13:30:00+01:30", NOW },
		{ "2025-11-25T11:00:00.25-01:00", NOW + 250000000 },
		{ "2024-02-29", 1709164800000000000 },
		{ "2000-02-29", 951782400000000000 },
		{ "2262-04-11T23:47:15.999999999Z", 9223372035999999999 },
		{ "10m", NOW - 600000000000 },
		{ "1h30m", NOW - 5400000000000 },
	};
	struct containr_error err = { 0 };
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (time_parse(cases[i].text, "--since", NOW, &ns, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.message);
		if (ns != cases[i].ns)
			fail_msg("%s is not %lld", cases[i].text, (long long)ns);
	}
}

static void what_is_no_point_in_time_is_refused(void **state)
{
	static const char *const cases[] = {
		"",
		"x",
		"-5",
		"1.",
		"1969-12-31",
		"2025-13-01",
		"2025-00-01",
		"2025-02-29",
		"2025-04-31",
		"2100-02-29",
		"2025-11-25T24:00:00Z",
		"2025-11-25T12:60:00Z",
		"2025-11-25T",
		"2025-11-25T12:00:00.",
		"2025-11-25T12:00:00+1",
		"2025-11-25 12:00:00 ",
		"2262-04-12",
		"9223372037",
		"99999999999999999999",
		"1764072000.5x",
	};
	struct containr_error err = { 0 };
	int64_t ns;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		if (time_parse(cases[i], "--since", NOW, &ns, &err) != -CONTAINR_E_INVALID_ARGUMENT)
			fail_msg("'%s' is accepted", cases[i]);
		assert_memory_equal(err.message, "--since: ", 9);
	}
}

/* gmtime(3) is the oracle; steps of a prime number of seconds meet all times of the day. */
static void writing_agrees_with_the_c_library(void **state)
{
	(void)state;
	for (int64_t seconds = -2208988800; seconds < 9000000000; seconds += 8640007) {
		time_t when = (time_t)seconds;
		char wanted[TIME_TEXT_SIZE];
		char text[TIME_TEXT_SIZE];
		struct tm parts;

		assert_non_null(gmtime_r(&when, &parts));
		(void)strftime(wanted, sizeof(wanted), "%Y-%m-%dT%H:%M:%S.000000007Z", &parts);
		time_format_utc(seconds * TIME_NS_PER_SEC + 7, text);
		assert_string_equal(text, wanted);
	}
}

static void before_1970_the_fraction_still_counts_upwards(void **state)
{
	char text[TIME_TEXT_SIZE];

	(void)state;
	time_format_utc(-1, text);
	assert_string_equal(text, "1969-12-31T23:59:59.999999999Z");
	time_format_utc(INT64_MAX, text);
	assert_string_equal(text, "2262-04-11T23:47:16.854775807Z");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(points_in_time_are_read),
		cmocka_unit_test(what_is_no_point_in_time_is_refused),
		cmocka_unit_test(writing_agrees_with_the_c_library),
		cmocka_unit_test(before_1970_the_fraction_still_counts_upwards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
