/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/cleanup.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static void write_sample(struct json_writer *writer)
{
	char *items[] = { (char[]) { "x" }, (char[]) { "y" }, NULL };

	json_open_object(writer, NULL);
	json_string(writer, "s", "a\"b");
	json_int(writer, "i", INT64_MIN);
	json_uint(writer, "u", UINT64_MAX);
	json_bool(writer, "b", false);
	json_string(writer, "z", NULL);
	json_strings(writer, "l", items);
	json_strings(writer, "e", NULL);
	json_open_object(writer, "o");
	json_close_object(writer);
	json_close_object(writer);
}

static void commas_and_colons_place_themselves(void **state)
{
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER(&out);

	(void)state;
	write_sample(&writer);
	assert_string_equal(out.data, "{\"s\":\"a\\\"b\",\"i\":-9223372036854775808,\"u\":"
				      "18446744073709551615,\"b\":false,\"z\":null,\"l\":[\"x\","
				      "\"y\"],\"e\":[],\"o\":{}}");
}

static void pretty_output_has_lines(void **state)
{
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER_PRETTY(&out);

	(void)state;
	json_open_object(&writer, NULL);
	json_open_array(&writer, "a");
	json_int(&writer, NULL, 1);
	json_int(&writer, NULL, 2);
	json_close_array(&writer);
	json_open_array(&writer, "e");
	json_close_array(&writer);
	json_close_object(&writer);
	assert_string_equal(out.data, "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"e\": []\n}");
}

static void strings_are_escaped_and_repaired(void **state)
{
	static const char bytes[] = "\x01\n\x7f\\\xc3\xa9\xff\xed\xa0\x80\0z";
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER(&out);

	(void)state;
	json_string_len(&writer, NULL, bytes, sizeof(bytes) - 1);
	assert_string_equal(out.data,
			    "\"\\u0001\\n\\u007f\\\\\xc3\xa9\xef\xbf\xbd\xef\xbf\xbd\xef\xbf"
			    "\xbd\xef\xbf\xbd\\u0000z\"");
}

static void numbers_read_back_as_they_were(void **state)
{
	static const double numbers[] = { 0.1, 1.0 / 3, 1e300, -5e-324, 123456789.125 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(numbers); i++) {
		autostr out = STR_INIT;
		struct json_writer writer = JSON_WRITER(&out);
		struct containr_error err;
		autojson doc = { 0 };

		json_number(&writer, NULL, numbers[i]);
		assert_int_equal(json_parse(out.data, out.len, "again", &doc, &err), 0);
		assert_memory_equal(&doc.root->number, &numbers[i], sizeof(numbers[i]));
	}
}

static void what_json_has_no_word_for_is_null(void **state)
{
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER(&out);

	(void)state;
	json_open_array(&writer, NULL);
	json_number(&writer, NULL, INFINITY);
	json_number(&writer, NULL, NAN);
	json_close_array(&writer);
	assert_string_equal(out.data, "[null,null]");
}

/* Each text is as the writer writes it, so that a copy must be the same. */
static void a_copy_is_the_same(void **state)
{
	static const char *const texts[] = {
		"null",
		"{}",
		"[[[]],{\"a\":[{}]}]",
		"{\"a\":1,\"b\":[true,false,null,\"x\"],\"c\":{\"d\":{\"e\":-1}},\"f\":\"\"}",
		"[18446744073709551615,-9223372036854775808,1.5]",
		"100.0",
		"{\"e.\":100.0}",
		"1e+22",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		autostr out = STR_INIT;
		struct json_writer writer = JSON_WRITER(&out);
		struct containr_error err;
		autojson doc = { 0 };

		assert_int_equal(json_parse(texts[i], strlen(texts[i]), "text", &doc, &err), 0);
		json_copy(&writer, NULL, doc.root);
		assert_string_equal(out.data, texts[i]);
	}
}

static void a_part_is_copied_without_what_follows_it(void **state)
{
	static const char text[] = "{\"a\":{\"b\":[1,2]},\"c\":3}";
	autostr out = STR_INIT;
	struct json_writer writer = JSON_WRITER(&out);
	struct containr_error err;
	autojson doc = { 0 };

	(void)state;
	assert_int_equal(json_parse(text, sizeof(text) - 1, "text", &doc, &err), 0);
	json_open_object(&writer, NULL);
	json_copy(&writer, "x", json_get(doc.root, "a"));
	json_copy(&writer, "y", json_get(doc.root, "c"));
	json_close_object(&writer);
	assert_string_equal(out.data, "{\"x\":{\"b\":[1,2]},\"y\":3}");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_and_colons_place_themselves),
		cmocka_unit_test(pretty_output_has_lines),
		cmocka_unit_test(strings_are_escaped_and_repaired),
		cmocka_unit_test(numbers_read_back_as_they_were),
		cmocka_unit_test(what_json_has_no_word_for_is_null),
		cmocka_unit_test(a_copy_is_the_same),
		cmocka_unit_test(a_part_is_copied_without_what_follows_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
