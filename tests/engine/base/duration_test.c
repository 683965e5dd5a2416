/* SPDX-License-Identifier: MIT */
#include "base/duration.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void durations_are_written_as_go_does(void **state)
{
	static const struct {
		int64_t ns;
		const char *text;
	} cases[] = {
		{ 0, "0s" },
		{ 7, "7ns" },
		{ 1500, "1.5\xc2\xb5s" },
		{ 1000000, "1ms" },
		{ 300000000, "300ms" },
		{ 1000000001, "1.000000001s" },
		{ INT64_C(1500000000), "1.5s" },
		{ INT64_C(30000000000), "30s" },
		{ INT64_C(60000000000), "1m0s" },
		{ INT64_C(3600000000000), "1h0m0s" },
		{ INT64_C(5430500000000), "1h30m30.5s" },
		{ INT64_MAX, "2562047h47m16.854775807s" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostr text = STR_INIT;

		duration_append(&text, cases[i].ns);
		assert_string_equal(text.data, cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(durations_are_written_as_go_does) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
