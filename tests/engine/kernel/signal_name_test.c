/* SPDX-License-Identifier: MIT */
#include "kernel/signal_name.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void every_way_to_write_a_signal_is_understood(void **state)
{
	static const struct {
		const char *text;
		int number;
	} cases[] = {
		{ "TERM", SIGTERM },
		{ "SIGTERM", SIGTERM },
		{ "sigterm", SIGTERM },
		{ "Kill", SIGKILL },
		{ "15", 15 },
		{ "1", 1 },
		{ "64", 64 },
		{ "RTMIN+0", 34 },
		{ "SIGRTMIN+3", 37 },
		{ "rtmin+30", 64 },
		{ "SIGWINCH", SIGWINCH },
		{ "IO", SIGIO },
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		int number;

		if (signal_parse(cases[i].text, &number, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.message);
		assert_int_equal(number, cases[i].number);
	}
}

static void what_is_no_signal_is_refused_by_name(void **state)
{
	static const char *const texts[] = { "",	"SIG",	      "0",
					     "65",	"-9",	      "9 ",
					     "TERM ",	"SIGSIGTERM", "RTMIN+31",
					     "RTMIN-1", "RTMIN+",     "RTMAX",
					     "NOSUCH",	"0x9",	      "9999999999999999999" };
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		char message[64];
		int number = -7;

		(void)snprintf(message, sizeof(message), "'%s' is no signal", texts[i]);
		if (signal_parse(texts[i], &number, &err) != -CONTAINR_E_INVALID_ARGUMENT)
			fail_msg("'%s' is accepted", texts[i]);
		assert_string_equal(err.message, message);
		assert_int_equal(number, -7);
	}
}

/* The C library is the oracle, but for what it calls by another name. */
static void names_are_those_of_the_system(void **state)
{
	(void)state;
	for (int number = 1; number < 32; number++) {
		int again;
		struct containr_error err;

		assert_non_null(signal_name(number));
		assert_string_equal(signal_name(number),
				    number == SIGIO ? "IO" : sigabbrev_np(number));
		assert_int_equal(signal_parse(signal_name(number), &again, &err), 0);
		assert_int_equal(again, number);
	}
	assert_null(signal_name(0));
	assert_null(signal_name(34));
	assert_null(signal_name(-1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_way_to_write_a_signal_is_understood),
		cmocka_unit_test(what_is_no_signal_is_refused_by_name),
		cmocka_unit_test(names_are_those_of_the_system),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
