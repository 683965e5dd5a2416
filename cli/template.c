/* SPDX-License-Identifier: MIT */
#include "cli/template.h"

#include "base/cleanup.h"
#include "cli/template_value.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define NAME_SIZE 128
#define DEPTH_MAX 16 /* of parentheses */

struct renderer {
	const char *p; /* inside an action */
	const char *end;
	struct value top;
	struct value_arena arena;
	int depth;
	struct containr_error *err;
};

static int fail_form(struct renderer *r, const char *what)
{
	(void)fail(r->err, CONTAINR_E_INVALID_ARGUMENT, "--format: %s", what);
	return fail_hint(r->err, "write e.g. '{{.ID}} {{.Names}}' or '{{json .}}'");
}

static void skip_blanks(struct renderer *r)
{
	while (r->p < r->end && isspace((unsigned char)*r->p))
		r->p++;
}

static bool at_end(const struct renderer *r)
{
	return r->p >= r->end;
}

static int read_name(struct renderer *r, char name[NAME_SIZE])
{
	size_t len = 0;

	while (r->p + len < r->end && (isalnum((unsigned char)r->p[len]) || r->p[len] == '_'))
		len++;
	if (len == 0 || len >= NAME_SIZE)
		return fail_form(r, "a name is missing or too long");
	memcpy(name, r->p, len);
	name[len] = '\0';
	r->p += len;
	return 0;
}

/* ".A.B" behind a value. */
static int read_fields(struct renderer *r, struct value *value)
{
	char name[NAME_SIZE];

	while (!at_end(r) && *r->p == '.') {
		struct value from = *value;
		int result;

		r->p++;
		result = read_name(r, name);
		if (result == 0)
			result = value_field(&r->arena, &from, name, value);
		if (result < 0)
			return result;
	}
	return 0;
}

/* The escapes of Go's strings that people write. */
static char unescape(char letter)
{
	return (char)(letter == 'n' ? '\n' : letter == 't' ? '\t' : letter);
}

static int read_string(struct renderer *r, struct value *ret_value)
{
	const char quote = *r->p++;
	struct str text = STR_INIT;

	while (!at_end(r) && *r->p != quote) {
		bool is_escape = *r->p == '\\' && quote == '"' && r->p + 1 < r->end;

		r->p += is_escape;
		str_append_char(&text, is_escape ? unescape(*r->p) : *r->p);
		r->p++;
	}
	if (at_end(r)) {
		str_release(&text);
		return fail_form(r, "a string has no end");
	}
	r->p++;
	*ret_value = value_take_text(&r->arena, str_steal(&text));
	return ret_value->kind == VALUE_TEXT ? 0 : fail_oom(r->err);
}

static int read_number(struct renderer *r, struct value *ret_value)
{
	char digits[24];
	size_t len = *r->p == '-' ? 1 : 0;

	while (r->p + len < r->end && isdigit((unsigned char)r->p[len]))
		len++;
	if (len >= sizeof(digits))
		return fail_form(r, "a number is too long");
	memcpy(digits, r->p, len);
	digits[len] = '\0';
	r->p += len;
	*ret_value = (struct value) { .kind = VALUE_NUMBER };
	return parse_int64(digits, "--format", INT64_MIN, INT64_MAX, &ret_value->number, r->err);
}

static int read_pipeline(struct renderer *r, struct value *ret_value);

static int read_parentheses(struct renderer *r, struct value *ret_value)
{
	int result;

	if (++r->depth > DEPTH_MAX)
		return fail_form(r, "there are too many parentheses");
	r->p++;
	result = read_pipeline(r, ret_value);
	r->depth--;
	if (result < 0)
		return result;
	if (at_end(r) || *r->p != ')')
		return fail_form(r, "a parenthesis is not closed");
	r->p++;
	return read_fields(r, ret_value);
}

/* .Label "KEY": of the labels that `ps` has as one text, "a=b,c=d". */
static int read_label(struct renderer *r, struct value *ret_value)
{
	struct value labels = { 0 };
	struct value key = { 0 };
	const char *item;
	size_t len;
	int result;

	r->p += strlen(".Label");
	skip_blanks(r);
	if (at_end(r) || (*r->p != '"' && *r->p != '`'))
		return fail_form(r, ".Label wants the name of a label in quotes");
	result = read_string(r, &key);
	if (result == 0)
		result = value_field(&r->arena, &r->top, "Labels", &labels);
	*ret_value = (struct value) { .kind = VALUE_TEXT, .text = "" };
	if (result < 0 || labels.kind != VALUE_JSON || labels.json->type != JSON_STRING)
		return result;
	len = strlen(key.text);
	for (item = labels.json->string; *item; item += strcspn(item, ","), item += *item == ',')
		if (strncmp(item, key.text, len) == 0 && item[len] == '=') {
			*ret_value = value_take_text(
				&r->arena, strndup(item + len + 1, strcspn(item + len + 1, ",")));
			break;
		}
	return 0;
}

static bool is_label(const struct renderer *r)
{
	size_t len = strlen(".Label");

	return (size_t)(r->end - r->p) > len && strncmp(r->p, ".Label", len) == 0 &&
	       isspace((unsigned char)r->p[len]);
}

static int read_operand(struct renderer *r, struct value *ret_value)
{
	if (*r->p == '(')
		return read_parentheses(r, ret_value);
	if (is_label(r))
		return read_label(r, ret_value);
	if (*r->p == '"' || *r->p == '`')
		return read_string(r, ret_value);
	if (isdigit((unsigned char)*r->p) || *r->p == '-')
		return read_number(r, ret_value);
	if (*r->p == '$')
		r->p++;
	else if (*r->p != '.')
		return fail_form(r, "an action is not understood");
	*ret_value = r->top;
	/* "." alone is all the data */
	if (!at_end(r) && *r->p == '.' &&
	    (r->p + 1 == r->end || !isalpha((unsigned char)r->p[1]))) {
		r->p++;
		return 0;
	}
	return read_fields(r, ret_value);
}

static int refuse_control(struct renderer *r, const char *name)
{
	static const char *const words[] = { "if",   "else",   "end",	   "range",
					     "with", "define", "template", "block" };

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strcmp(name, words[i]) == 0) {
			(void)fail(r->err, CONTAINR_E_UNSUPPORTED,
				   "--format: '%s' is not supported", name);
			return fail_hint(r->err, "print JSON, and pick with a tool such as jq");
		}
	if (value_has_function(name))
		return 0;
	(void)fail(r->err, CONTAINR_E_INVALID_ARGUMENT, "--format: there is no function '%s'",
		   name);
	return fail_hint(r->err, "functions are index join json len lower pad print printf println "
				 "split title truncate upper; a field begins with a dot");
}

static bool begins_operand(const struct renderer *r)
{
	return !at_end(r) && *r->p != '|' && *r->p != ')';
}

/* One stage of a pipeline: a function with its arguments, or a value. @piped comes last. */
static int read_command(struct renderer *r, const struct value *piped, struct value *ret_value)
{
	struct value args[VALUE_ARGS_MAX];
	char name[NAME_SIZE] = "";
	size_t count = 0;
	int result = 0;

	skip_blanks(r);
	if (at_end(r))
		return fail_form(r, "an action is empty");
	if (isalpha((unsigned char)*r->p)) {
		result = read_name(r, name);
		if (result == 0)
			result = refuse_control(r, name);
		skip_blanks(r);
	}
	while (result == 0 && begins_operand(r)) {
		if (count + 1 == VALUE_ARGS_MAX)
			return fail_form(r, "there are too many arguments");
		result = read_operand(r, &args[count++]);
		skip_blanks(r);
	}
	if (result < 0)
		return result;
	if (!*name && (count != 1 || piped))
		return fail_form(r, "a value is followed by another");
	if (!*name) {
		*ret_value = args[0];
		return 0;
	}
	if (piped)
		args[count++] = *piped;
	return value_call(&r->arena, name, args, count, ret_value);
}

static int read_pipeline(struct renderer *r, struct value *ret_value)
{
	struct value value = { 0 };
	int result = read_command(r, NULL, &value);

	while (result == 0 && !at_end(r) && *r->p == '|') {
		const struct value piped = value;

		r->p++;
		result = read_command(r, &piped, &value);
	}
	*ret_value = value;
	return result;
}

static int render_action(struct renderer *r, const char *start, const char *end, struct str *out)
{
	struct value value;
	int result;

	/* a remark */
	if (end - start >= 4 && strncmp(start, "/*", 2) == 0 && strncmp(end - 2, "*/", 2) == 0)
		return 0;
	r->p = start;
	r->end = end;
	result = read_pipeline(r, &value);
	if (result < 0)
		return result;
	if (!at_end(r))
		return fail_form(r, "a parenthesis is not open");
	if (!r->arena.checks_only)
		value_print(&value, out);
	return 0;
}

static void trim_end(struct str *out, size_t from)
{
	while (out->len > from && isspace((unsigned char)out->data[out->len - 1]))
		out->data[--out->len] = '\0';
}

/* Finds the end of an action; braces inside strings do not count. */
static const char *find_end(const char *p)
{
	char quote = '\0';

	for (; *p; p++) {
		if (quote) {
			if (*p == '\\' && quote == '"' && p[1])
				p++;
			else if (*p == quote)
				quote = '\0';
		} else if (*p == '"' || *p == '`') {
			quote = *p;
		} else if (p[0] == '}' && p[1] == '}') {
			return p;
		}
	}
	return NULL;
}

static int render(struct renderer *r, const char *text, struct str *out)
{
	size_t from = out->len;

	while (*text) {
		const char *open = strstr(text, "{{");
		const char *start;
		const char *close;
		const char *end;
		int result;

		str_append_len(out, text, open ? (size_t)(open - text) : strlen(text));
		if (!open)
			return 0;
		start = open + 2;
		close = find_end(start);
		if (!close)
			return fail_form(r, "an action is not closed by '}}'");
		end = close;
		if (start[0] == '-' && isspace((unsigned char)start[1])) {
			start++;
			if (out->data)
				trim_end(out, from);
		}
		text = close + 2;
		if (end - start >= 2 && end[-1] == '-' && isspace((unsigned char)end[-2])) {
			end--;
			text += strspn(text, " \t\r\n");
		}
		result = render_action(r, start, end, out);
		if (result < 0)
			return result;
	}
	return 0;
}

static int run(const char *text, const struct json *data, struct str *out,
	       struct containr_error *err)
{
	struct renderer renderer = { .top = { .kind = data ? VALUE_JSON : VALUE_NONE,
					      .json = data },
				     .arena = { .checks_only = !data, .err = err },
				     .err = err };
	int r = render(&renderer, text, out);

	if (r == 0 && (renderer.arena.texts.failed || out->failed))
		r = fail_oom(err);
	value_arena_release(&renderer.arena);
	return r;
}

int template_check(const char *text, struct containr_error *err)
{
	autostr nothing = STR_INIT;

	return run(text, NULL, &nothing, err);
}

int template_render(const char *text, const struct json *data, struct str *out,
		    struct containr_error *err)
{
	return run(text, data, out, err);
}
