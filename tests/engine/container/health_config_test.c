/* SPDX-License-Identifier: MIT */
#include "container/health_config.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "image/healthcheck.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define WORD(text) ((char[]) { text })

static char *shell_line[] = { WORD("CMD-SHELL"), WORD("curl localhost"), NULL };
static char *words[] = { WORD("CMD"), WORD("/check"), WORD("-q"), NULL };
static char *none[] = { WORD("NONE"), NULL };
static char *unknown[] = { WORD("HTTP"), WORD("localhost"), NULL };
static char *empty[] = { WORD("CMD"), NULL };

/* As JSON, where a check is easily compared. */
static void expect_merged(const struct containr_healthcheck *spec,
			  const struct containr_healthcheck *image, const char *json)
{
	struct containr_healthcheck merged;
	struct containr_error err;
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);

	assert_int_equal(health_config_of_spec(spec, image, &merged, &err), 0);
	json_open_object(&w, NULL);
	healthcheck_write(&w, "H", &merged);
	json_close_object(&w);
	assert_string_equal(text.data, json);
	healthcheck_release(&merged);
}

static void what_the_spec_does_not_say_is_that_of_the_image(void **state)
{
	const struct containr_healthcheck nothing = { 0 };
	const struct containr_healthcheck image = { .test = words,
						    .interval_ns = 5000000,
						    .retries = 7 };
	const struct containr_healthcheck times = { .interval_ns = 1000000,
						    .timeout_ns = 2000000,
						    .start_period_ns = 3000000,
						    .start_interval_ns = 4000000 };
	const struct containr_healthcheck line = { .test = shell_line };
	const struct containr_healthcheck off = { .test = none };

	(void)state;
	expect_merged(&nothing, &nothing, "{}");
	expect_merged(&nothing, &image,
		      "{\"H\":{\"Test\":[\"CMD\",\"/check\",\"-q\"],\"Interval\":5000000,"
		      "\"Retries\":7}}");
	expect_merged(&times, &image,
		      "{\"H\":{\"Test\":[\"CMD\",\"/check\",\"-q\"],\"Interval\":1000000,"
		      "\"Timeout\":2000000,\"StartPeriod\":3000000,\"StartInterval\":4000000,"
		      "\"Retries\":7}}");
	expect_merged(&line, &image,
		      "{\"H\":{\"Test\":[\"CMD-SHELL\",\"curl localhost\"],\"Interval\":5000000,"
		      "\"Retries\":7}}");
	expect_merged(&off, &image, "{\"H\":{\"Test\":[\"NONE\"]}}");
	/* times alone are no check */
	expect_merged(&times, &nothing, "{}");
}

static void shorter_than_docker_takes_is_refused(void **state)
{
	const struct containr_healthcheck nothing = { 0 };
	const struct containr_healthcheck shortest = { .test = words, .timeout_ns = 1000000 };
	static const struct {
		struct containr_healthcheck spec;
		const char *message;
	} cases[] = {
		{ { .interval_ns = 999999 }, "--health-interval cannot be less than 1ms" },
		{ { .timeout_ns = 1 }, "--health-timeout cannot be less than 1ms" },
		{ { .start_period_ns = -1 }, "--health-start-period cannot be negative" },
		{ { .start_interval_ns = 1 }, "--health-start-interval cannot be less than 1ms" },
		{ { .retries = -1 }, "--health-retries cannot be negative" },
	};
	struct containr_healthcheck merged;
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(health_config_of_spec(&cases[i].spec, &nothing, &merged, &err),
				 -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(err.message, cases[i].message);
	}
	assert_int_equal(health_config_of_spec(&shortest, &nothing, &merged, &err), 0);
	healthcheck_release(&merged);
}

static void only_commands_are_run(void **state)
{
	const struct containr_healthcheck line = { .test = shell_line };
	autostrv command = { 0 };

	(void)state;
	assert_true(healthcheck_is_on(&line));
	assert_true(healthcheck_is_on(&(struct containr_healthcheck) { .test = words }));
	assert_false(healthcheck_is_on(&(struct containr_healthcheck) { .test = none }));
	assert_false(healthcheck_is_on(&(struct containr_healthcheck) { .test = unknown }));
	assert_false(healthcheck_is_on(&(struct containr_healthcheck) { .test = empty }));
	assert_false(healthcheck_is_on(&(struct containr_healthcheck) { 0 }));
	health_config_command(&line, &command);
	assert_int_equal(command.len, 3);
	assert_string_equal(command.items[0], "/bin/sh");
	assert_string_equal(command.items[1], "-c");
	assert_string_equal(command.items[2], "curl localhost");
}

static void what_was_written_is_read_again(void **state)
{
	static const char text[] = "{\"H\":{\"Test\":[\"CMD\",\"a\"],\"Interval\":1,\"Timeout\":2,"
				   "\"StartPeriod\":3,\"StartInterval\":4,\"Retries\":5}}";
	struct containr_healthcheck check;
	struct containr_error err;
	autojson doc = { 0 };
	autostr again = STR_INIT;
	struct json_writer w = JSON_WRITER(&again);

	(void)state;
	assert_int_equal(json_parse(text, strlen(text), "test", &doc, &err), 0);
	assert_int_equal(healthcheck_read(doc.root, "", "H", &check, &err), 0);
	json_open_object(&w, NULL);
	healthcheck_write(&w, "H", &check);
	json_close_object(&w);
	assert_string_equal(again.data, text);
	healthcheck_release(&check);
	assert_int_equal(healthcheck_read(doc.root, "", "other", &check, &err), 0);
	assert_null(check.test);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_spec_does_not_say_is_that_of_the_image),
		cmocka_unit_test(shorter_than_docker_takes_is_refused),
		cmocka_unit_test(only_commands_are_run),
		cmocka_unit_test(what_was_written_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
