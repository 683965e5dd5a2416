/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include "base/cleanup.h"
#include "base/utf8.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * One block holds everything: nodes grow from its start, strings are unescaped into its second
 * part. A text of n bytes has at most n/2+1 values (each value but the first needs a separator),
 * and its unescaped strings with their NULs never need more than n+1 bytes. A counting pass gives
 * the exact number of nodes, so that a 40 kB configuration does not ask for a megabyte.
 */
struct reader {
	const char *start;
	const char *at;
	const char *end;
	const char *what;
	struct json *nodes;
	size_t nodes_used;
	char *strings;
	struct containr_error *err;
};

/* An array or object that is still open: where its next item is to be linked. */
struct level {
	struct json *container;
	const struct json **tail;
};

static int fail_at(struct reader *reader, const char *at, const char *problem)
{
	size_t line = 1;
	size_t column = 1;

	for (const char *p = reader->start; p < at; p++) {
		column++;
		if (*p == '\n') {
			line++;
			column = 1;
		}
	}
	(void)fail(reader->err, CONTAINR_E_INVALID_CONFIG, "%s:%zu:%zu: %s", reader->what, line,
		   column, problem);
	return fail_hint(reader->err, "the text must be valid JSON (RFC 8259)");
}

/* Upper bound of the number of values: one, and one more for each separator or opening bracket
 * outside strings. */
static size_t count_nodes(const char *text, size_t len)
{
	size_t count = 1;

	for (size_t i = 0; i < len; i++) {
		switch (text[i]) {
		case ',':
		case '[':
		case '{':
			count++;
			break;
		case '"':
			for (i++; i < len && text[i] != '"'; i++)
				if (text[i] == '\\')
					i++;
			break;
		default:
			break;
		}
	}
	return count;
}

static void skip_space(struct reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' ||
					    *reader->at == '\t' || *reader->at == '\r'))
		reader->at++;
}

static int hex_value(char byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	if (byte >= 'A' && byte <= 'F')
		return byte - 'A' + 10;
	return -1;
}

static bool read_hex4(struct reader *reader, uint32_t *ret_code)
{
	uint32_t code = 0;

	if (reader->end - reader->at < 4)
		return false;
	for (int i = 0; i < 4; i++) {
		int digit = hex_value(reader->at[i]);

		if (digit < 0)
			return false;
		code = code << 4 | (uint32_t)digit;
	}
	reader->at += 4;
	*ret_code = code;
	return true;
}

static char *put_utf8(char *out, uint32_t code)
{
	if (code < 0x80) {
		*out++ = (char)code;
	} else if (code < 0x800) {
		*out++ = (char)(0xc0 | code >> 6);
		*out++ = (char)(0x80 | (code & 0x3f));
	} else if (code < 0x10000) {
		*out++ = (char)(0xe0 | code >> 12);
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	} else {
		*out++ = (char)(0xf0 | code >> 18);
		*out++ = (char)(0x80 | (code >> 12 & 0x3f));
		*out++ = (char)(0x80 | (code >> 6 & 0x3f));
		*out++ = (char)(0x80 | (code & 0x3f));
	}
	return out;
}

/* Reads what follows a backslash-u; a high surrogate must be followed by its low half. */
static bool read_unicode_escape(struct reader *reader, char **out)
{
	uint32_t code;
	uint32_t low;

	if (!read_hex4(reader, &code))
		return false;
	if (code >= 0xdc00 && code <= 0xdfff)
		return false;
	if (code >= 0xd800 && code <= 0xdbff) {
		if (reader->end - reader->at < 2 || reader->at[0] != '\\' || reader->at[1] != 'u')
			return false;
		reader->at += 2;
		if (!read_hex4(reader, &low) || low < 0xdc00 || low > 0xdfff)
			return false;
		code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
	}
	*out = put_utf8(*out, code);
	return true;
}

static bool read_escape(struct reader *reader, char **out)
{
	static const char plain[] = "\"\\/bfnrt";
	static const char meaning[] = "\"\\/\b\f\n\r\t";
	const char *found;

	if (reader->at >= reader->end)
		return false;
	if (*reader->at == 'u') {
		reader->at++;
		return read_unicode_escape(reader, out);
	}
	found = *reader->at ? strchr(plain, *reader->at) : NULL;
	if (!found)
		return false;
	*(*out)++ = meaning[found - plain];
	reader->at++;
	return true;
}

/*
 * Copies one character that needs no unescaping. Text that is not UTF-8 is refused: it could not be
 * written again as it was, and two readers could take it for two things.
 */
static int copy_character(struct reader *reader, char **out)
{
	size_t len = utf8_len(reader->at, (size_t)(reader->end - reader->at));

	if (!len)
		return fail_at(reader, reader->at, "a string that is not UTF-8");
	memcpy(*out, reader->at, len);
	*out += len;
	reader->at += len;
	return 0;
}

/* Reads a string whose opening quote is next. */
static int read_string(struct reader *reader, const char **ret_text, uint32_t *ret_len)
{
	const char *quote = reader->at++;
	char *text = reader->strings;
	char *out = text;
	int r = 0;

	while (r == 0) {
		unsigned char byte;

		if (reader->at >= reader->end)
			return fail_at(reader, quote, "string without closing quote");
		byte = (unsigned char)*reader->at;
		if (byte == '"')
			break;
		if (byte < 0x20)
			return fail_at(reader, reader->at, "control character in a string");
		if (byte >= 0x80) {
			r = copy_character(reader, &out);
			continue;
		}
		reader->at++;
		if (byte != '\\')
			*out++ = (char)byte;
		else if (!read_escape(reader, &out))
			return fail_at(reader, reader->at, "bad escape sequence");
	}
	if (r < 0)
		return r;
	reader->at++;
	*out++ = '\0';
	reader->strings = out;
	*ret_text = text;
	*ret_len = (uint32_t)(out - text - 1);
	return 0;
}

static bool scan_digits(const char **p, const char *end)
{
	const char *first = *p;

	while (*p < end && isdigit((unsigned char)**p))
		(*p)++;
	return *p > first;
}

/* Finds the end of a number and whether it has a fraction or an exponent; NULL if it is malformed.
 */
static const char *scan_number(const char *p, const char *end, bool *ret_is_integer)
{
	*ret_is_integer = true;
	if (p < end && *p == '-')
		p++;
	if (p < end && *p == '0')
		p++;
	else if (!scan_digits(&p, end))
		return NULL;
	if (p < end && *p == '.') {
		*ret_is_integer = false;
		p++;
		if (!scan_digits(&p, end))
			return NULL;
	}
	if (p < end && (*p == 'e' || *p == 'E')) {
		*ret_is_integer = false;
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (!scan_digits(&p, end))
			return NULL;
	}
	return p;
}

/* Most numbers are integers, and strtod(3) is slow; false if it does not fit 64 bits. */
static bool read_integer(const char *digits, struct json *node)
{
	errno = 0;
	node->integer = strtoll(digits, NULL, 10);
	if (errno == ERANGE && digits[0] != '-') {
		errno = 0;
		node->integer = (int64_t)strtoull(digits, NULL, 10);
		node->is_unsigned = true;
	}
	if (errno == ERANGE) {
		node->is_unsigned = false;
		return false;
	}
	node->type = JSON_INT;
	return true;
}

static int read_number(struct reader *reader, struct json *node)
{
	char digits[64];
	const char *first = reader->at;
	bool is_integer;
	const char *last = scan_number(first, reader->end, &is_integer);
	size_t len;

	if (!last)
		return fail_at(reader, first, "malformed number");
	len = (size_t)(last - first);
	if (len >= sizeof(digits))
		return fail_at(reader, first, "number with too many digits");
	memcpy(digits, first, len);
	digits[len] = '\0';
	reader->at = last;
	if (is_integer && read_integer(digits, node))
		return 0;
	node->type = JSON_NUMBER;
	node->number = strtod(digits, NULL);
	return isfinite(node->number) ? 0 : fail_at(reader, first, "number is too large");
}

static bool take_word(struct reader *reader, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(reader->end - reader->at) < len || memcmp(reader->at, word, len) != 0)
		return false;
	reader->at += len;
	return true;
}

static int read_scalar(struct reader *reader, struct json *node)
{
	char byte = *reader->at;

	if (byte == '"') {
		node->type = JSON_STRING;
		return read_string(reader, &node->string, &node->len);
	}
	if (byte == '-' || isdigit((unsigned char)byte))
		return read_number(reader, node);
	if (take_word(reader, "true"))
		node->type = JSON_TRUE;
	else if (take_word(reader, "false"))
		node->type = JSON_FALSE;
	else if (take_word(reader, "null"))
		node->type = JSON_NULL;
	else
		return fail_at(reader, reader->at, "expected a value");
	return 0;
}

/* Objects of configurations are small; a linear look for duplicates is bounded for hostile ones. */
#define DUPLICATE_CHECK_MAX 1024

static int read_key(struct reader *reader, const struct json *object, struct json *node)
{
	const char *at = reader->at;
	uint32_t len = 0;
	int r;

	if (reader->at >= reader->end || *reader->at != '"')
		return fail_at(reader, reader->at, "expected a member name in quotes");
	r = read_string(reader, &node->key, &len);
	if (r < 0)
		return r;
	if (strlen(node->key) != len)
		return fail_at(reader, at, "NUL character in a member name");
	if (object->len > DUPLICATE_CHECK_MAX)
		return fail_at(reader, at, "object with too many members");
	for (const struct json *other = object->child; other; other = other->next)
		if (strcmp(other->key, node->key) == 0)
			return fail_at(reader, at, "member name is given twice");
	skip_space(reader);
	if (reader->at >= reader->end || *reader->at != ':')
		return fail_at(reader, reader->at, "expected ':' after the member name");
	reader->at++;
	skip_space(reader);
	return 0;
}

/* Closes finished containers; true when the document is complete or a next item must follow. */
static int close_levels(struct reader *reader, struct level *levels, size_t *depth)
{
	while (*depth > 0) {
		struct json *container = levels[*depth - 1].container;
		char closing = container->type == JSON_ARRAY ? ']' : '}';

		skip_space(reader);
		if (reader->at >= reader->end)
			return fail_at(reader, reader->at, "unexpected end of the text");
		if (*reader->at == closing) {
			reader->at++;
			(*depth)--;
			continue;
		}
		if (container->len == 0)
			return 0;
		if (*reader->at != ',')
			return fail_at(reader, reader->at,
				       closing == ']' ? "expected ',' or ']'"
						      : "expected ',' or '}'");
		reader->at++;
		return 0;
	}
	return 0;
}

static int read_document(struct reader *reader)
{
	struct level levels[JSON_MAX_DEPTH];
	size_t depth = 0;
	int r;

	do {
		struct json *node = &reader->nodes[reader->nodes_used++];
		struct level *parent = depth ? &levels[depth - 1] : NULL;

		skip_space(reader);
		if (parent && parent->container->type == JSON_OBJECT) {
			r = read_key(reader, parent->container, node);
			if (r < 0)
				return r;
		}
		if (reader->at >= reader->end)
			return fail_at(reader, reader->at, "unexpected end of the text");
		if (parent) {
			*parent->tail = node;
			parent->tail = &node->next;
			parent->container->len++;
		}
		if (*reader->at == '[' || *reader->at == '{') {
			node->type = *reader->at == '[' ? JSON_ARRAY : JSON_OBJECT;
			if (depth == JSON_MAX_DEPTH)
				return fail_at(reader, reader->at, "nested too deeply");
			reader->at++;
			levels[depth++] = (struct level) { node, &node->child };
		} else {
			r = read_scalar(reader, node);
			if (r < 0)
				return r;
		}
		r = close_levels(reader, levels, &depth);
		if (r < 0)
			return r;
	} while (depth > 0);
	skip_space(reader);
	if (reader->at < reader->end)
		return fail_at(reader, reader->at, "text after the end of the document");
	return 0;
}

void json_doc_release(struct json_doc *doc)
{
	free(doc->memory);
	*doc = (struct json_doc) { 0 };
}

/* Makes room for @nodes and @len bytes of strings; only the nodes have to be zero. */
static bool reserve(struct json_doc *doc, size_t nodes, size_t len)
{
	size_t need = nodes * sizeof(struct json) + len + 1;
	char *memory;

	if (need > doc->capacity) {
		memory = malloc(need);
		if (!memory)
			return false;
		free(doc->memory);
		doc->memory = memory;
		doc->capacity = need;
	}
	memset(doc->memory, 0, nodes * sizeof(struct json));
	return true;
}

int json_parse(const char *text, size_t len, const char *what, struct json_doc *ret_doc,
	       struct containr_error *err)
{
	struct reader reader = {
		.start = text, .at = text, .end = text + len, .what = what, .err = err
	};
	size_t nodes;
	int r;

	if (len > UINT32_MAX / 2) {
		json_doc_release(ret_doc);
		return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: more than 2 GiB of JSON", what);
	}
	nodes = count_nodes(text, len);
	if (!reserve(ret_doc, nodes, len)) {
		json_doc_release(ret_doc);
		return fail_oom(err);
	}
	reader.nodes = (struct json *)(void *)ret_doc->memory;
	reader.strings = ret_doc->memory + nodes * sizeof(struct json);
	r = read_document(&reader);
	if (r == 0)
		ret_doc->root = reader.nodes;
	else
		json_doc_release(ret_doc);
	return r;
}
