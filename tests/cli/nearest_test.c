/* SPDX-License-Identifier: MIT */
#include "cli/nearest.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const char *const words[] = { "exec",	"images", "logs", "memory", "memory-swap",
				     "network", "ps",	  "rm",	  "rmi",    "run" };

static const char *nearest_word(const char *wanted)
{
	struct nearest nearest = NEAREST_TO(wanted);

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		nearest_offer(&nearest, words[i]);
	return nearest.found;
}

struct guess {
	const char *wanted;
	const char *found;
};

static void one_mistake_finds_the_word(void **state)
{
	static const struct guess guesses[] = {
		{ "log", "logs" },	/* one too few */
		{ "lo", NULL },		/* too short to tell */
		{ "logss", "logs" },	/* one too many */
		{ "logz", "logs" },	/* another one */
		{ "lgos", "logs" },	/* two exchanged */
		{ "run", "run" },	/* none */
		{ "rnu", "run" },	/* exchanged, not two mistakes */
		{ "mem", "memory" },	/* a beginning */
		{ "imgaes", "images" }, /* in the middle */
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(guesses); i++) {
		const char *found = nearest_word(guesses[i].wanted);

		if (!guesses[i].found)
			assert_null(found);
		else
			assert_string_equal(found, guesses[i].found);
	}
}

static void longer_words_may_have_more_mistakes(void **state)
{
	(void)state;
	assert_string_equal(nearest_word("netwrok"), "network");
	assert_string_equal(nearest_word("memroy-swpa"), "memory-swap");
}

static void strange_words_find_nothing(void **state)
{
	char long_word[200];

	(void)state;
	memset(long_word, 'r', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	assert_null(nearest_word("frobnicate"));
	assert_null(nearest_word(""));
	assert_null(nearest_word("x"));
	assert_null(nearest_word(long_word));
}

static void long_candidates_are_left_out(void **state)
{
	char long_word[200];
	struct nearest nearest = NEAREST_TO("rrr");

	(void)state;
	memset(long_word, 'r', sizeof(long_word) - 1);
	long_word[sizeof(long_word) - 1] = '\0';
	nearest_offer(&nearest, long_word);
	assert_null(nearest.found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_mistake_finds_the_word),
		cmocka_unit_test(longer_words_may_have_more_mistakes),
		cmocka_unit_test(strange_words_find_nothing),
		cmocka_unit_test(long_candidates_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
