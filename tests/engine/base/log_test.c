/* SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/cleanup.h"
#include "base/json.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

struct sink {
	int ends[2];
	char text[4096];
};

static int open_sink(void **state)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	*state = sink;
	return sink && pipe2(sink->ends, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : -1;
}

static int close_sink(void **state)
{
	struct sink *sink = *state;

	(void)close(sink->ends[0]);
	(void)close(sink->ends[1]);
	free(sink);
	return 0;
}

static const char *written(struct sink *sink)
{
	ssize_t got = read(sink->ends[0], sink->text, sizeof(sink->text) - 1);

	sink->text[got < 0 ? 0 : got] = '\0';
	return sink->text;
}

static void only_what_the_level_asks_for_is_written(void **state)
{
	struct sink *sink = *state;
	const struct log log = { .fd = sink->ends[1], .level = LOG_WARN };
	const struct log none = LOG_NONE;

	log_debug(&log, "step");
	log_write(&log, LOG_INFO, "info");
	log_warn(&log, "careful: %d", 7);
	log_write(&log, LOG_ERROR, "bad");
	log_write(&none, LOG_ERROR, "nobody hears this");
	assert_string_equal(written(sink), "warn: careful: 7\nerror: bad\n");
}

static void a_line_of_json_is_json(void **state)
{
	struct sink *sink = *state;
	const struct log log = { .fd = sink->ends[1], .level = LOG_DEBUG, .json = true };
	struct containr_error err;
	autojson doc = { 0 };
	const char *text = NULL;

	log_debug(&log, "a \"quoted\" \\ word\n\t%s", "end");
	(void)written(sink);
	assert_int_equal(json_parse(sink->text, strlen(sink->text), "line", &doc, &err), 0);
	assert_int_equal(json_read_string(doc.root, "", "msg", &text, &err), 0);
	assert_string_equal(text, "a \"quoted\" \\ word\n\tend");
	assert_int_equal(json_read_string(doc.root, "", "level", &text, &err), 0);
	assert_string_equal(text, "debug");
	assert_int_equal(json_read_string(doc.root, "", "time", &text, &err), 0);
	assert_int_equal(strlen(text), 30);
}

static void a_message_is_one_line_that_a_terminal_can_show(void **state)
{
	struct sink *sink = *state;
	const struct log log = { .fd = sink->ends[1], .level = LOG_DEBUG };

	log_debug(&log, "name '%s'", "a\nerror: forged\033[31m\x7f");
	assert_string_equal(written(sink), "debug: name 'a?error: forged?[31m?'\n");
}

static void a_message_that_is_too_long_is_cut_and_stays_a_line(void **state)
{
	static const bool ways[] = { false, true };
	struct sink *sink = *state;
	char message[3000];

	memset(message, '"', sizeof(message) - 1);
	message[sizeof(message) - 1] = '\0';
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		const struct log log = { .fd = sink->ends[1], .level = LOG_DEBUG, .json = ways[i] };
		size_t len;

		log_debug(&log, "%s", message);
		len = strlen(written(sink));
		assert_in_range(len, 700, 2047);
		assert_int_equal(sink->text[len - 1], '\n');
		assert_ptr_equal(strchr(sink->text, '\n'), sink->text + len - 1);
		if (ways[i])
			assert_string_equal(sink->text + len - 3, "\"}\n");
	}
}

static void levels_have_names(void **state)
{
	enum log_level level = LOG_OFF;
	struct containr_error err;

	(void)state;
	assert_int_equal(log_level_parse("debug", &level, &err), 0);
	assert_int_equal(level, LOG_DEBUG);
	assert_int_equal(log_level_parse("off", &level, &err), 0);
	assert_int_equal(level, LOG_OFF);
	assert_int_equal(log_level_parse("loud", &level, &err), -CONTAINR_E_INVALID_ARGUMENT);
	assert_string_equal(err.message, "log level 'loud' is unknown");
}

#define LOG_TEST(test) cmocka_unit_test_setup_teardown(test, open_sink, close_sink)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOG_TEST(only_what_the_level_asks_for_is_written),
		LOG_TEST(a_line_of_json_is_json),
		LOG_TEST(a_message_is_one_line_that_a_terminal_can_show),
		LOG_TEST(a_message_that_is_too_long_is_cut_and_stays_a_line),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
