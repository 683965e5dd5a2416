/* SPDX-License-Identifier: MIT */
#include "image/registry/toml.h"

#include "base/cleanup.h"
#include "base/str.h"

#include <string.h>

struct toml {
	const char *at;
	const char *end;
	const char *what;
	int line;
	const struct toml_reader *reader;
	struct str key;
	struct str text;
	struct containr_error *err;
};

static int fail_line(const struct toml *toml, const char *problem)
{
	(void)fail(toml->err, CONTAINR_E_INVALID_CONFIG, "'%.200s' line %d: %s", toml->what,
		   toml->line, problem);
	return fail_hint(toml->err, "see containers-registries.conf(5)");
}

static char peek(const struct toml *toml)
{
	return toml->at < toml->end ? *toml->at : '\0';
}

static void skip_blanks(struct toml *toml)
{
	while (peek(toml) == ' ' || peek(toml) == '\t')
		toml->at++;
}

static void skip_comment(struct toml *toml)
{
	if (peek(toml) == '#')
		while (toml->at < toml->end && *toml->at != '\n')
			toml->at++;
}

/* Blanks, comments and ends of lines, as between the values of an array. */
static void skip_lines(struct toml *toml)
{
	for (;;) {
		skip_blanks(toml);
		skip_comment(toml);
		if (peek(toml) == '\r')
			toml->at++;
		if (peek(toml) != '\n')
			return;
		toml->at++;
		toml->line++;
	}
}

static int expect_end_of_line(struct toml *toml)
{
	skip_blanks(toml);
	skip_comment(toml);
	if (peek(toml) == '\r')
		toml->at++;
	if (toml->at < toml->end && *toml->at != '\n')
		return fail_line(toml, "there is more than was expected");
	return 0;
}

static int read_escape(struct toml *toml, struct str *out)
{
	static const char letters[] = "btnfr\"\\";
	static const char meanings[] = "\b\t\n\f\r\"\\";
	const char *found = peek(toml) ? strchr(letters, peek(toml)) : NULL;

	if (!found)
		return fail_line(toml, "this escape in a string is not supported");
	str_append_char(out, meanings[found - letters]);
	toml->at++;
	return 0;
}

/* A basic string "..." or a literal one '...'. */
static int read_string(struct toml *toml, struct str *out)
{
	const char quote = *toml->at++;

	str_clear(out);
	str_append_len(out, "", 0);
	if (toml->end - toml->at >= 2 && toml->at[0] == quote && toml->at[1] == quote)
		return fail_line(toml, "strings of several lines are not supported");
	while (toml->at < toml->end && *toml->at != quote) {
		char byte = *toml->at++;
		int r = 0;

		if (byte == '\n' || byte == '\0')
			return fail_line(toml, "a string is not closed");
		if (byte == '\\' && quote == '"')
			r = read_escape(toml, out);
		else
			str_append_char(out, byte);
		if (r < 0)
			return r;
	}
	if (toml->at == toml->end)
		return fail_line(toml, "a string is not closed");
	toml->at++;
	return out->failed ? fail_oom(toml->err) : 0;
}

static bool is_bare(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9') || byte == '-' || byte == '_';
}

static void read_bare(struct toml *toml, struct str *out, const char *more)
{
	str_clear(out);
	str_append_len(out, "", 0);
	while (is_bare(peek(toml)) || (peek(toml) && strchr(more, peek(toml))))
		str_append_char(out, *toml->at++);
}

static int read_scalar(struct toml *toml, struct toml_value *value)
{
	*value = (struct toml_value) { .kind = TOML_NUMBER };
	if (peek(toml) == '"' || peek(toml) == '\'') {
		value->kind = TOML_STRING;
		return read_string(toml, &toml->text);
	}
	read_bare(toml, &toml->text, "+.");
	if (toml->text.failed)
		return fail_oom(toml->err);
	value->flag = strcmp(toml->text.data, "true") == 0;
	if (value->flag || strcmp(toml->text.data, "false") == 0) {
		value->kind = TOML_BOOL;
		return 0;
	}
	if (toml->text.len == 0 || strspn(toml->text.data, "+-0123456789_") != toml->text.len)
		return fail_line(toml, "this kind of value is not supported");
	return 0;
}

static int tell(const struct toml *toml, struct toml_value *value, bool in_array)
{
	value->in_array = in_array;
	value->text = toml->text.data;
	return toml->reader->value(toml->reader->data, toml->key.data, value, toml->err);
}

static int read_array(struct toml *toml)
{
	toml->at++;
	for (;;) {
		struct toml_value value;
		int r;

		skip_lines(toml);
		if (peek(toml) == ']')
			break;
		r = read_scalar(toml, &value);
		if (r == 0)
			r = tell(toml, &value, true);
		if (r < 0)
			return r;
		skip_lines(toml);
		if (peek(toml) == ',')
			toml->at++;
		else if (peek(toml) != ']')
			return fail_line(toml, "an array is not closed");
	}
	toml->at++;
	return 0;
}

static int read_key(struct toml *toml)
{
	if (peek(toml) == '"' || peek(toml) == '\'')
		return read_string(toml, &toml->key);
	read_bare(toml, &toml->key, "");
	if (toml->key.failed)
		return fail_oom(toml->err);
	return toml->key.len > 0 ? 0 : fail_line(toml, "a key was expected");
}

static int read_pair(struct toml *toml)
{
	struct toml_value value;
	int r = read_key(toml);

	if (r < 0)
		return r;
	skip_blanks(toml);
	if (peek(toml) != '=')
		return fail_line(toml, "'=' was expected");
	toml->at++;
	skip_blanks(toml);
	if (peek(toml) == '[')
		return read_array(toml);
	r = read_scalar(toml, &value);
	return r == 0 ? tell(toml, &value, false) : r;
}

static int read_table(struct toml *toml)
{
	bool is_element;

	toml->at++;
	is_element = peek(toml) == '[';
	if (is_element)
		toml->at++;
	skip_blanks(toml);
	read_bare(toml, &toml->key, ".");
	skip_blanks(toml);
	if (toml->key.failed)
		return fail_oom(toml->err);
	if (toml->key.len == 0 || peek(toml) != ']' ||
	    (is_element && (toml->end - toml->at < 2 || toml->at[1] != ']')))
		return fail_line(toml, "the name of a table was expected");
	toml->at += is_element ? 2 : 1;
	return toml->reader->table(toml->reader->data, toml->key.data, is_element, toml->err);
}

int toml_read(const char *text, size_t len, const char *what, const struct toml_reader *reader,
	      struct containr_error *err)
{
	struct toml toml = {
		.at = text, .end = text + len, .what = what, .line = 1, .reader = reader, .err = err
	};
	int r = 0;

	for (skip_lines(&toml); r == 0 && toml.at < toml.end; skip_lines(&toml)) {
		r = peek(&toml) == '[' ? read_table(&toml) : read_pair(&toml);
		if (r == 0)
			r = expect_end_of_line(&toml);
	}
	str_release(&toml.key);
	str_release(&toml.text);
	return r;
}
