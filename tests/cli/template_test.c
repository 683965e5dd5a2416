/* SPDX-License-Identifier: MIT */
#include "cli/format.h"
#include "cli/template.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char data[] =
	"{\"ID\": \"abc\", \"Name\": \"Big web\", \"State\": {\"Status\": \"running\", \"Pid\": 42,"
	"\"Dead\": false, \"Error\": null}, \"Args\": [\"a\", \"b c\"], \"Ratio\": 0.5,"
	"\"Labels\": {\"team\": \"web\"}, \"Mounts\": [{\"Source\": \"/x\"}], \"Evil\": "
	"\"a\\u001b[31m\"}";

static int render(const char *template, struct str *out, struct containr_error *err)
{
	autojson doc = { 0 };
	int r = json_parse(data, strlen(data), "data", &doc, err);

	if (r < 0)
		return r;
	r = template_render(template, doc.root, out, err);
	return r;
}

static void templates_are_those_of_docker(void **state)
{
	static const struct {
		const char *template;
		const char *wanted;
	} cases[] = {
		{ "plain", "plain" },
		{ "{{.ID}}", "abc" },
		{ "{{ .ID }}-{{.State.Status}}", "abc-running" },
		{ "{{$.ID}}", "abc" },
		{ "{{.id}}", "abc" },
		{ "{{.State.Pid}} {{.State.Dead}} {{.State.Error}} {{.Ratio}}",
		  "42 false <no value> 0.5" },
		{ "{{.Args}} {{.Labels}}", "[a b c] map[team:web]" },
		{ "{{json .Args}}", "[\"a\",\"b c\"]" },
		{ "{{json .State.Status}}", "\"running\"" },
		{ "{{.Args | json}}", "[\"a\",\"b c\"]" },
		{ "{{join .Args \", \"}}", "a, b c" },
		{ "{{upper .Name}} {{lower .Name}} {{title .Name}}", "BIG WEB big web Big Web" },
		{ "{{.Name | lower | title}}", "Big Web" },
		{ "{{split .Name \" \"}} {{index (split .Name \" \") 1}}", "[Big web] web" },
		{ "{{len .Args}} {{len .Name}} {{len .Labels}}", "2 7 1" },
		{ "{{index .Labels \"team\"}}{{index .Labels \"no\"}}", "web" },
		{ "{{.Labels.team}} {{.Labels.no}}", "web <no value>" },
		{ "{{(index .Mounts 0).Source}}", "/x" },
		{ "{{printf \"%s=%d %q %5s|%-5s|%x%%\" .ID .State.Pid .ID \"r\" \"l\" 255}}",
		  "abc=42 \"abc\"     r|l    |ff%" },
		{ "{{println .ID 1}}", "abc 1\n" },
		{ "{{print .ID `raw\\n`}}", "abcraw\\n" },
		{ "{{\"}}\"}}", "}}" },
		{ "{{truncate .Name 3}}{{pad .ID 1 2}}|", "Big abc  |" },
		{ "a {{- .ID -}} b", "aabcb" },
		{ "{{/* remark */}}x", "x" },
		{ "{{.Evil}}", "a\\x1b[31m" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostr out = STR_INIT;
		struct containr_error err;

		if (render(cases[i].template, &out, &err) < 0)
			fail_msg("%s: %s", cases[i].template, err.message);
		assert_string_equal(out.data, cases[i].wanted);
		assert_int_equal(template_check(cases[i].template, &err), 0);
	}
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *template;
		const char *message;
		const char *hint; /* NULL: any */
	} cases[] = {
		{ "{{.Nmae}}", "--format: there is no field 'Nmae'", "did you mean 'Name'?" },
		{ "{{.State.Xyzzy}}", "--format: there is no field 'Xyzzy'",
		  "see all fields with: --format '{{json .}}'" },
		{ "{{.ID.x}}", "--format: there is no field 'x' in what is no object", NULL },
		{ "{{fly .ID}}", "--format: there is no function 'fly'", NULL },
		{ "{{range .Args}}", "--format: 'range' is not supported",
		  "print JSON, and pick with a tool such as jq" },
		{ "{{.ID", "--format: an action is not closed by '}}'", NULL },
		{ "{{}}", "--format: an action is empty", NULL },
		{ "{{(.ID}}", "--format: a parenthesis is not closed", NULL },
		{ "{{.ID)}}", "--format: a parenthesis is not open", NULL },
		{ "{{.ID .ID}}", "--format: a value is followed by another", NULL },
		{ "{{\"x}}", "--format: an action is not closed by '}}'", NULL },
		{ "{{join .Args}}", "--format: join: wrong number of arguments", NULL },
		{ "{{join .ID \",\"}}", "--format: join: its first argument is no list", NULL },
		{ "{{index .Args 7}}", "--format: index: there are not so many items", NULL },
		{ "{{printf \"%s\"}}",
		  "--format: printf: verbs and arguments are not the same number", NULL },
		{ "{{printf \"%z\" 1}}", "--format: printf: knows the verbs %s %v %d %q %x %t",
		  NULL },
		{ "{{len .State.Pid}}", "--format: len: its argument has no length", NULL },
		{ "{{+}}", "--format: an action is not understood", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostr out = STR_INIT;
		struct containr_error err = { 0 };

		assert_true(render(cases[i].template, &out, &err) < 0);
		assert_string_equal(err.message, cases[i].message);
		if (cases[i].hint)
			assert_string_equal(err.hint, cases[i].hint);
	}
}

static void a_check_needs_no_data(void **state)
{
	struct containr_error err;

	(void)state;
	assert_int_equal(template_check("{{.Anything.at.all}} {{join .X \",\"}}", &err), 0);
	assert_true(template_check("{{fly .ID}}", &err) < 0);
	assert_true(template_check("{{join .X}}", &err) < 0);
}

static void labels_of_a_row_are_found_by_name(void **state)
{
	static const char row[] = "{\"Labels\": \"a=1,team=web,b=2\"}";
	autojson doc = { 0 };
	autostr out = STR_INIT;
	struct containr_error err;

	(void)state;
	assert_int_equal(json_parse(row, strlen(row), "row", &doc, &err), 0);
	assert_int_equal(template_render("{{.Label \"team\"}}|{{.Label \"no\"}}|{{.Labels}}",
					 doc.root, &out, &err),
			 0);
	assert_string_equal(out.data, "web||a=1,team=web,b=2");
}

static const struct format_heading headings[] = { { "ID", "CONTAINER ID" },
						  { "Name", "NAME" },
						  { NULL, NULL } };

static void tables_have_headings_and_columns(void **state)
{
	autostr rows = STR_INIT;
	autostr out = STR_INIT;
	struct containr_error err;

	(void)state;
	str_append(&rows,
		   "[{\"ID\": \"1\", \"Name\": \"one\"}, {\"ID\": \"2\", \"Name\": \"two\"}]");
	assert_int_equal(
		format_rows("table {{.ID}}\\t{{upper .Name}}", &rows, headings, &out, &err), 0);
	assert_string_equal(out.data,
			    "CONTAINER ID   NAME\n1              ONE\n2              TWO\n");
	str_clear(&out);
	assert_int_equal(format_rows("{{.ID}}\\t{{.Name}}", &rows, headings, &out, &err), 0);
	assert_string_equal(out.data, "1\tone\n2\ttwo\n");
}

static void what_is_no_format_is_refused(void **state)
{
	struct containr_error err;

	(void)state;
	assert_int_equal(format_check(NULL, &err), 0);
	assert_int_equal(format_check("table", &err), 0);
	assert_int_equal(format_check("json", &err), 0);
	assert_int_equal(format_check("table {{.ID}}", &err), 0);
	assert_int_equal(format_check("yaml", &err), -CONTAINR_E_INVALID_ARGUMENT);
	assert_string_equal(err.message, "--format: 'yaml' is not supported");
	assert_string_equal(err.hint, "use table, json, or a template such as '{{.ID}}'");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(templates_are_those_of_docker),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(a_check_needs_no_data),
		cmocka_unit_test(labels_of_a_row_are_found_by_name),
		cmocka_unit_test(tables_have_headings_and_columns),
		cmocka_unit_test(what_is_no_format_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
