/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static int parse(const char *text, struct json_doc *doc, struct containr_error *err)
{
	return json_parse(text, strlen(text), "file", doc, err);
}

static void values_have_their_types(void **state)
{
	struct containr_error err;
	autojson doc = { 0 };
	const struct json *item;

	(void)state;
	assert_int_equal(parse("[null,false,true,-7,1.5,\"x\",[],{}]", &doc, &err), 0);
	assert_int_equal(doc.root->len, 8);
	item = json_first(doc.root);
	for (int type = JSON_NULL; type <= JSON_OBJECT; type++, item = item->next)
		assert_int_equal(item->type, type);
	assert_null(item);
}

static void integers_keep_64_bits(void **state)
{
	struct containr_error err;
	autojson doc = { 0 };
	const struct json *item;

	(void)state;
	assert_int_equal(parse("[9223372036854775807,-9223372036854775808,18446744073709551615,"
			       "18446744073709551616]",
			       &doc, &err),
			 0);
	item = json_first(doc.root);
	assert_true(item->type == JSON_INT && item->integer == INT64_MAX && !item->is_unsigned);
	item = item->next;
	assert_true(item->type == JSON_INT && item->integer == INT64_MIN);
	item = item->next;
	assert_true(item->type == JSON_INT && item->is_unsigned);
	assert_true((uint64_t)item->integer == UINT64_MAX);
	assert_int_equal(item->next->type, JSON_NUMBER);
}

static void escapes_become_utf8(void **state)
{
	static const char wanted[] = "\"\\/\b\f\n\r\t\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\0end";
	struct containr_error err;
	autojson doc = { 0 };

	(void)state;
	assert_int_equal(parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\u20AC\\ud83d\\ude00\\u0000end"
			       "\"",
			       &doc, &err),
			 0);
	assert_int_equal(doc.root->len, sizeof(wanted) - 1);
	assert_memory_equal(doc.root->string, wanted, sizeof(wanted));
}

struct refusal {
	const char *text;
	const char *message;
};

static void mistakes_are_told_with_their_place(void **state)
{
	static const struct refusal cases[] = {
		{ "", "file:1:1: unexpected end of the text" },
		{ "[1,\n 2,]", "file:2:4: expected a value" },
		{ "{\"a\":1,\"a\":2}", "file:1:8: member name is given twice" },
		{ "{a:1}", "file:1:2: expected a member name in quotes" },
		{ "{\"a\" 1}", "file:1:6: expected ':' after the member name" },
		{ "[1 2]", "file:1:4: expected ',' or ']'" },
		{ "{\"a\":1 2}", "file:1:8: expected ',' or '}'" },
		{ "1 2", "file:1:3: text after the end of the document" },
		{ "\"abc", "file:1:1: string without closing quote" },
		{ "\"a\nb\"", "file:1:3: control character in a string" },
		{ "\"\\x\"", "file:1:3: bad escape sequence" },
		{ "\"\\ud800x\"", "file:1:8: bad escape sequence" },
		{ "\"\\udc00\"", "file:1:8: bad escape sequence" },
		{ "\"\xff\"", "file:1:2: a string that is not UTF-8" },
		{ "\"\xed\xa0\x80\"", "file:1:2: a string that is not UTF-8" },
		{ "01", "file:1:2: text after the end of the document" },
		{ "-", "file:1:1: malformed number" },
		{ "1.", "file:1:1: malformed number" },
		{ "1e", "file:1:1: malformed number" },
		{ "1e999", "file:1:1: number is too large" },
		{ "tru", "file:1:1: expected a value" },
		{ "nullx", "file:1:5: text after the end of the document" },
		{ "{\"\\u0000\":1}", "file:1:2: NUL character in a member name" },
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autojson doc = { 0 };

		assert_int_equal(parse(cases[i].text, &doc, &err), -CONTAINR_E_INVALID_CONFIG);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void nesting_has_a_bound(void **state)
{
	char text[2 * (JSON_MAX_DEPTH + 1) + 1] = { 0 };
	struct containr_error err;
	autojson doc = { 0 };

	(void)state;
	memset(text, '[', JSON_MAX_DEPTH);
	memset(text + JSON_MAX_DEPTH, ']', JSON_MAX_DEPTH);
	assert_int_equal(parse(text, &doc, &err), 0);
	memset(text, '[', JSON_MAX_DEPTH + 1);
	memset(text + JSON_MAX_DEPTH + 1, ']', JSON_MAX_DEPTH + 1);
	assert_int_equal(parse(text, &doc, &err), -CONTAINR_E_INVALID_CONFIG);
}

static void a_text_ends_where_its_length_says(void **state)
{
	struct containr_error err;
	autojson doc = { 0 };

	(void)state;
	assert_int_equal(json_parse("12345", 2, "file", &doc, &err), 0);
	assert_int_equal(doc.root->integer, 12);
	assert_true(json_parse("\"ab\"", 3, "file", &doc, &err) < 0);
	assert_true(json_parse("true", 3, "file", &doc, &err) < 0);
}

static const char typed[] =
	"{\"s\":\"x\",\"nul\":\"a\\u0000b\",\"t\":true,\"n\":-3,\"u\":"
	"18446744073709551615,\"f\":1.0,\"l\":[\"a\",\"b\"],\"m\":[1],\"z\":null}";

static void typed_access_gives_the_value(void **state)
{
	struct containr_error err;
	autojson doc = { 0 };
	autostrv list = { 0 };
	const struct json *child = NULL;
	const char *text = "kept";
	bool flag = false;
	int64_t number = 9;
	uint64_t big = 0;

	(void)state;
	assert_int_equal(parse(typed, &doc, &err), 0);
	assert_int_equal(json_read_string(doc.root, "", "s", &text, &err), 0);
	assert_string_equal(text, "x");
	assert_int_equal(json_read_bool(doc.root, "", "t", &flag, &err), 0);
	assert_true(flag);
	assert_int_equal(json_read_int(doc.root, "", "n", -3, 0, &number, &err), 0);
	assert_int_equal(number, -3);
	assert_int_equal(json_read_uint(doc.root, "", "u", UINT64_MAX, &big, &err), 0);
	assert_true(big == UINT64_MAX);
	assert_int_equal(json_read_strings(doc.root, "", "l", &list, &err), 0);
	assert_string_equal(list.items[1], "b");
	assert_int_equal(json_read_child(doc.root, "", "l", JSON_ARRAY, &child, &err), 0);
	assert_int_equal(child->len, 2);
}

static void what_is_absent_or_null_changes_nothing(void **state)
{
	static const char *const keys[] = { "none", "z" };
	struct containr_error err;
	autojson doc = { 0 };

	(void)state;
	assert_int_equal(parse(typed, &doc, &err), 0);
	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const char *text = "kept";
		int64_t number = 9;

		assert_int_equal(json_read_string(doc.root, "", keys[i], &text, &err), 0);
		assert_string_equal(text, "kept");
		assert_int_equal(json_read_int(doc.root, "", keys[i], 0, 1, &number, &err), 0);
		assert_int_equal(number, 9);
		assert_null(json_get(doc.root, keys[i]));
	}
}

static void a_wrong_type_is_told_with_its_path(void **state)
{
	struct containr_error err;
	autojson doc = { 0 };
	autostrv list = { 0 };
	const struct json *child;
	const char *text;
	bool flag;
	int64_t number;
	uint64_t big;

	(void)state;
	assert_int_equal(parse(typed, &doc, &err), 0);
	assert_true(json_read_string(doc.root, "a.b", "n", &text, &err) < 0);
	assert_string_equal(err.message, "a.b.n: expected a string");
	assert_true(json_read_string(doc.root, "", "nul", &text, &err) < 0);
	assert_string_equal(err.message, "nul: expected a string");
	assert_true(json_read_bool(doc.root, "", "s", &flag, &err) < 0);
	assert_true(json_read_int(doc.root, "", "f", 0, 9, &number, &err) < 0);
	assert_string_equal(err.message, "f: expected a whole number");
	assert_true(json_read_int(doc.root, "", "n", 0, 9, &number, &err) < 0);
	assert_string_equal(err.message, "n: number is out of range (0 to 9)");
	assert_true(json_read_int(doc.root, "", "u", 0, INT64_MAX, &number, &err) < 0);
	assert_true(json_read_uint(doc.root, "", "n", 9, &big, &err) < 0);
	assert_true(json_read_strings(doc.root, "", "m", &list, &err) < 0);
	assert_string_equal(err.message, "m[0]: expected a string");
	assert_true(json_read_child(doc.root, "", "l", JSON_OBJECT, &child, &err) < 0);
	assert_string_equal(err.message, "l: expected an object");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_their_types),
		cmocka_unit_test(integers_keep_64_bits),
		cmocka_unit_test(escapes_become_utf8),
		cmocka_unit_test(mistakes_are_told_with_their_place),
		cmocka_unit_test(nesting_has_a_bound),
		cmocka_unit_test(a_text_ends_where_its_length_says),
		cmocka_unit_test(typed_access_gives_the_value),
		cmocka_unit_test(what_is_absent_or_null_changes_nothing),
		cmocka_unit_test(a_wrong_type_is_told_with_its_path),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
