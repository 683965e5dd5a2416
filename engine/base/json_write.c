/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/utf8.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static void break_line(struct json_writer *writer)
{
	if (!writer->indent)
		return;
	str_append_char(writer->out, '\n');
	for (int i = 0; i < writer->depth * writer->indent; i++)
		str_append_char(writer->out, ' ');
}

static void put_control(struct str *out, unsigned char byte)
{
	static const char short_forms[] = "\b\f\n\r\t";
	const char *found = byte ? strchr(short_forms, byte) : NULL;

	if (found) {
		str_append_char(out, '\\');
		str_append_char(out, "bfnrt"[found - short_forms]);
	} else {
		str_appendf(out, "\\u%04x", byte);
	}
}

static void put_quoted(struct str *out, const char *text, size_t len)
{
	size_t run = 0;

	str_append_char(out, '"');
	for (size_t i = 0; i < len;) {
		unsigned char byte = (unsigned char)text[i];
		size_t step = byte < 0x80 ? 1 : utf8_len(text + i, len - i);

		if (step && byte >= 0x20 && byte != '"' && byte != '\\' && byte != 0x7f) {
			i += step;
			continue;
		}
		str_append_len(out, text + run, i - run);
		if (!step)
			str_append(out, "\xef\xbf\xbd");
		else if (byte < 0x20 || byte == 0x7f)
			put_control(out, byte);
		else {
			str_append_char(out, '\\');
			str_append_char(out, (char)byte);
		}
		run = ++i;
	}
	str_append_len(out, text + run, len - run);
	str_append_char(out, '"');
}

static void begin_value(struct json_writer *writer, const char *key)
{
	if (writer->need_comma)
		str_append_char(writer->out, ',');
	if (writer->depth > 0)
		break_line(writer);
	if (key) {
		put_quoted(writer->out, key, strlen(key));
		str_append(writer->out, writer->indent ? ": " : ":");
	}
	writer->need_comma = true;
}

static void open_container(struct json_writer *writer, const char *key, char bracket)
{
	begin_value(writer, key);
	str_append_char(writer->out, bracket);
	writer->depth++;
	writer->need_comma = false;
}

static void close_container(struct json_writer *writer, char bracket)
{
	writer->depth--;
	if (writer->need_comma)
		break_line(writer);
	str_append_char(writer->out, bracket);
	writer->need_comma = true;
}

void json_open_object(struct json_writer *writer, const char *key)
{
	open_container(writer, key, '{');
}

void json_close_object(struct json_writer *writer)
{
	close_container(writer, '}');
}

void json_open_array(struct json_writer *writer, const char *key)
{
	open_container(writer, key, '[');
}

void json_close_array(struct json_writer *writer)
{
	close_container(writer, ']');
}

void json_string_len(struct json_writer *writer, const char *key, const char *bytes, size_t len)
{
	begin_value(writer, key);
	put_quoted(writer->out, bytes, len);
}

void json_string(struct json_writer *writer, const char *key, const char *text)
{
	begin_value(writer, key);
	if (text)
		put_quoted(writer->out, text, strlen(text));
	else
		str_append(writer->out, "null");
}

void json_int(struct json_writer *writer, const char *key, int64_t value)
{
	begin_value(writer, key);
	str_appendf(writer->out, "%" PRId64, value);
}

void json_uint(struct json_writer *writer, const char *key, uint64_t value)
{
	begin_value(writer, key);
	str_appendf(writer->out, "%" PRIu64, value);
}

void json_number(struct json_writer *writer, const char *key, double value)
{
	begin_value(writer, key);
	if (isfinite(value))
		str_appendf(writer->out, "%.17g", value);
	else
		str_append(writer->out, "null"); /* JSON has no infinity */
}

void json_bool(struct json_writer *writer, const char *key, bool value)
{
	begin_value(writer, key);
	str_append(writer->out, value ? "true" : "false");
}

void json_strings(struct json_writer *writer, const char *key, char *const *items)
{
	json_open_array(writer, key);
	for (size_t i = 0; items && items[i]; i++)
		json_string(writer, NULL, items[i]);
	json_close_array(writer);
}

/* With a fraction or an exponent even where its value is whole: 1e2 must not turn into an integer. */
static void copy_number(struct json_writer *writer, const char *key, double value)
{
	size_t start;

	begin_value(writer, key);
	start = writer->out->len;
	str_appendf(writer->out, "%.17g", value);
	if (!writer->out->failed && !strpbrk(writer->out->data + start, ".e"))
		str_append(writer->out, ".0");
}

static void copy_scalar(struct json_writer *writer, const char *key, const struct json *value)
{
	switch (value->type) {
	case JSON_STRING:
		json_string_len(writer, key, value->string, value->len);
		break;
	case JSON_INT:
		if (value->is_unsigned)
			json_uint(writer, key, (uint64_t)value->integer);
		else
			json_int(writer, key, value->integer);
		break;
	case JSON_NUMBER:
		copy_number(writer, key, value->number);
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		json_bool(writer, key, value->type == JSON_TRUE);
		break;
	case JSON_NULL:
	case JSON_ARRAY:
	case JSON_OBJECT:
		json_string(writer, key, NULL);
		break;
	}
}

/* Walks without recursion: the stack holds what is still open, bounded as the reader's is. */
void json_copy(struct json_writer *writer, const char *key, const struct json *value)
{
	const struct json *open[JSON_MAX_DEPTH];
	size_t depth = 0;
	const struct json *node = value;

	for (;;) {
		const char *name = node == value ? key : node->key;

		if (node->type == JSON_OBJECT || node->type == JSON_ARRAY) {
			open_container(writer, name, node->type == JSON_OBJECT ? '{' : '[');
			if (node->child && depth < JSON_MAX_DEPTH) {
				open[depth++] = node;
				node = node->child;
				continue;
			}
			close_container(writer, node->type == JSON_OBJECT ? '}' : ']');
		} else {
			copy_scalar(writer, name, node);
		}
		while (depth > 0 && (node == value || !node->next)) {
			node = open[--depth];
			close_container(writer, node->type == JSON_OBJECT ? '}' : ']');
		}
		if (depth == 0)
			return;
		node = node->next;
	}
}
