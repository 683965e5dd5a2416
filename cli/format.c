/* SPDX-License-Identifier: MIT */
#include "cli/format.h"

#include "base/cleanup.h"
#include "cli/table.h"
#include "cli/template.h"

#include <string.h>

#define TABLE_WORD "table"

static const char *table_template(const char *format)
{
	size_t len = strlen(TABLE_WORD);

	return strncmp(format, TABLE_WORD, len) == 0 && format[len] == ' ' ? format + len + 1
									   : NULL;
}

bool format_has_template(const char *format)
{
	return format && *format && strcmp(format, TABLE_WORD) != 0 && strcmp(format, "json") != 0;
}

/* "\t" and "\n", typed in a shell's single quotes, outside of actions too. */
static char *unescape(const char *format)
{
	struct str text = STR_INIT;

	for (; *format; format++) {
		bool is_escape = format[0] == '\\' && (format[1] == 't' || format[1] == 'n');

		str_append_char(&text, (char)(!is_escape	 ? *format
					      : format[1] == 't' ? '\t'
								 : '\n'));
		format += is_escape;
	}
	return str_steal(&text);
}

int format_check(const char *format, struct containr_error *err)
{
	int r;

	if (!format_has_template(format))
		return 0;
	if (!table_template(format) && !strstr(format, "{{")) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "--format: '%.100s' is not supported",
			   format);
		return fail_hint(err, "use table, json, or a template such as '{{.ID}}'");
	}
	r = template_check(format, err);
	return r;
}

/* Cells of one line go into the table; a line that has too few ends in empty ones. */
static void put_line(struct table *table, const char *line, size_t columns)
{
	for (size_t i = 0; i < columns; i++) {
		size_t len = strcspn(line, "\t");

		table_cellf(table, "%.*s", (int)len, line);
		line += len;
		line += *line == '\t';
	}
}

/* The headings are what the template makes of an object of headings, as docker does it. */
static int make_headings(const char *template, const struct format_heading *headings,
			 struct strv *ret_headings, struct containr_error *err)
{
	autostr json = STR_INIT;
	autostr line = STR_INIT;
	autojson doc = { 0 };
	struct json_writer writer = JSON_WRITER(&json);
	int r;

	json_open_object(&writer, NULL);
	for (; headings && headings->field; headings++)
		json_string(&writer, headings->field, headings->heading);
	json_close_object(&writer);
	if (json.failed)
		return fail_oom(err);
	r = json_parse(json.data, json.len, "headings", &doc, err);
	if (r == 0)
		r = template_render(template, doc.root, &line, err);
	if (r < 0)
		return r;
	for (const char *p = line.data ? line.data : ""; p;) {
		size_t len = strcspn(p, "\t");

		strv_push_take(ret_headings, strndup(p, len));
		p = p[len] ? p + len + 1 : NULL;
	}
	return ret_headings->failed ? fail_oom(err) : 0;
}

static int write_table(const char *template, const struct json *rows,
		       const struct format_heading *headings, struct str *out,
		       struct containr_error *err)
{
	autostrv names = { 0 };
	autotable table = { 0 };
	int r = make_headings(template, headings, &names, err);

	if (r < 0)
		return r;
	table.headings = (const char *const *)names.items;
	for (const struct json *row = json_first(rows); row; row = row->next) {
		autostr line = STR_INIT;

		r = template_render(template, row, &line, err);
		if (r < 0)
			return r;
		put_line(&table, line.data ? line.data : "", names.len);
	}
	table_write(&table, out);
	return out->failed ? fail_oom(err) : 0;
}

int format_rows(const char *format, const struct str *rows, const struct format_heading *headings,
		struct str *out, struct containr_error *err)
{
	autofree char *whole = unescape(format);
	const char *for_table = whole ? table_template(whole) : NULL;
	autojson doc = { 0 };
	int r;

	if (!whole || rows->failed)
		return fail_oom(err);
	r = json_parse(rows->data, rows->len, "rows", &doc, err);
	if (r == 0 && for_table)
		return write_table(for_table, doc.root, headings, out, err);
	for (const struct json *row = r == 0 ? json_first(doc.root) : NULL; row && r == 0;
	     row = row->next) {
		r = template_render(whole, row, out, err);
		str_append_char(out, '\n');
	}
	return r;
}
