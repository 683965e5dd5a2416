/* SPDX-License-Identifier: MIT */
#include "cli/container_list.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* A container that has ended, to be changed by each case. */
struct sample {
	struct containr_container container;
	char *command[3];
	char *labels[3];
};

static void fill(struct sample *sample)
{
	static char id[] = "0123456789ab";
	static char name[] = "web";
	static char image[] = "busybox";
	static char program[] = "sh";
	static char argument[] = "two words";
	static char team[] = "team=blue=green";
	static char marked[] = "marked=";

	*sample = (struct sample) {
		.command = { program, argument },
		.labels = { team, marked },
		.container = { .id = id,
			       .name = name,
			       .image = image,
			       .image_id = image,
			       .status = "exited",
			       .exit_code = 3,
			       .exit_known = true,
			       .created_ns = INT64_C(1764072000000000000),
			       .started_ns = INT64_C(1764072001000000000),
			       .finished_ns = INT64_C(1764072002000000000) },
	};
	sample->container.command = sample->command;
	sample->container.labels = sample->labels;
}

static void write_and_parse(const struct sample *sample, struct json_doc *doc)
{
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER(&out);
	struct containr_error err = { 0 };

	container_write_json(&writer, &sample->container);
	assert_false(out.failed);
	assert_int_equal(json_parse(out.data, out.len, "container", doc, &err), 0);
}

static void an_ended_container_has_its_exit_code_and_times(void **state)
{
	struct sample sample;
	autojson doc = { 0 };

	(void)state;
	fill(&sample);
	write_and_parse(&sample, &doc);
	assert_int_equal(json_get(doc.root, "exit_code")->integer, 3);
	assert_string_equal(json_get(doc.root, "finished")->string,
			    "2025-11-25T12:00:02.000000000Z");
	assert_string_equal(json_first(json_get(doc.root, "command"))->next->string, "two words");
}

static void labels_are_split_at_their_first_sign(void **state)
{
	struct sample sample;
	autojson doc = { 0 };
	const struct json *labels;

	(void)state;
	fill(&sample);
	write_and_parse(&sample, &doc);
	labels = json_get(doc.root, "labels");
	assert_string_equal(json_get(labels, "team")->string, "blue=green");
	assert_string_equal(json_get(labels, "marked")->string, "");
}

static void what_is_not_known_is_null(void **state)
{
	struct sample sample;
	autojson doc = { 0 };

	(void)state;
	fill(&sample);
	sample.container.exit_known = false;
	write_and_parse(&sample, &doc);
	assert_null(json_get(doc.root, "exit_code"));
}

static void what_has_not_happened_is_null(void **state)
{
	struct sample sample;
	autojson doc = { 0 };

	(void)state;
	fill(&sample);
	(void)snprintf(sample.container.status, sizeof(sample.container.status), "created");
	sample.container.started_ns = 0;
	write_and_parse(&sample, &doc);
	assert_null(json_get(doc.root, "exit_code"));
	assert_null(json_get(doc.root, "started"));
	assert_null(json_get(doc.root, "finished"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ended_container_has_its_exit_code_and_times),
		cmocka_unit_test(labels_are_split_at_their_first_sign),
		cmocka_unit_test(what_is_not_known_is_null),
		cmocka_unit_test(what_has_not_happened_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
