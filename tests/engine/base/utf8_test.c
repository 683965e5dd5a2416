/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

struct utf8_case {
	const char *bytes;
	size_t len;
};

/* The edges of Unicode 15, table 3-7. */
static void the_edges_of_the_table_hold(void **state)
{
	static const struct utf8_case cases[] = {
		{ "a", 1 },
		{ "\x7f", 1 },
		{ "\xc2\x80", 2 },
		{ "\xdf\xbf", 2 },
		{ "\xe0\xa0\x80", 3 },
		{ "\xed\x9f\xbf", 3 },
		{ "\xee\x80\x80", 3 },
		{ "\xef\xbf\xbf", 3 },
		{ "\xf0\x90\x80\x80", 4 },
		{ "\xf4\x8f\xbf\xbf", 4 },
		{ "\x80", 0 },		   /* goes on, starts nothing */
		{ "\xc0\xaf", 0 },	   /* overlong slash */
		{ "\xc1\xbf", 0 },	   /* overlong */
		{ "\xe0\x9f\xbf", 0 },	   /* overlong */
		{ "\xf0\x8f\xbf\xbf", 0 }, /* overlong */
		{ "\xed\xa0\x80", 0 },	   /* surrogate */
		{ "\xf4\x90\x80\x80", 0 }, /* above U+10FFFF */
		{ "\xf5\x80\x80\x80", 0 },
		{ "\xff", 0 },
		{ "\xc3(", 0 },
		{ "\xe2\x82(", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (utf8_len(cases[i].bytes, strlen(cases[i].bytes)) != cases[i].len)
			fail_msg("case %zu", i);
}

static void a_sequence_that_is_cut_is_none(void **state)
{
	static const char *const whole[] = { "\xc2\x80", "\xe0\xa0\x80", "\xf0\x90\x80\x80" };

	(void)state;
	for (size_t i = 0; i < sizeof(whole) / sizeof(whole[0]); i++)
		for (size_t left = 1; left < strlen(whole[i]); left++)
			assert_int_equal(utf8_len(whole[i], left), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_edges_of_the_table_hold),
		cmocka_unit_test(a_sequence_that_is_cut_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
