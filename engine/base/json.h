/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * JSON (RFC 8259), read into one block of memory and written straight into a string.
 *
 * Why our own: the processes that start containers are static and short-lived, no static JSON
 * library exists for them, the OCI configuration holds 64-bit integers that a double cannot carry,
 * and a wrong configuration must be answered with the path of the value. Nothing outlives its
 * document; there is no recursion on input.
 */

enum json_type {
	JSON_NULL,
	JSON_FALSE,
	JSON_TRUE,
	JSON_INT,    /* fits int64_t or, when `is_unsigned`, uint64_t */
	JSON_NUMBER, /* has a fraction or an exponent, or does not fit 64 bits */
	JSON_STRING,
	JSON_ARRAY,
	JSON_OBJECT,
};

struct json {
	enum json_type type;
	bool is_unsigned;   /* JSON_INT above INT64_MAX: read `integer` as uint64_t */
	uint32_t len;	    /* bytes of a string, items of an array or object */
	const char *key;    /* member name inside an object, else NULL */
	const char *string; /* JSON_STRING; NUL-terminated, may hold further NULs */
	union {
		int64_t integer; /* JSON_INT */
		double number;	 /* JSON_NUMBER */
	};
	const struct json *next;  /* next item of the same array or object */
	const struct json *child; /* first item */
};

struct json_doc {
	struct json *root;
	char *memory; /* nodes and strings, one block */
	size_t capacity;
};

#define autojson __attribute__((cleanup(json_doc_release))) struct json_doc

#define JSON_MAX_DEPTH 128

/**
 * Parses @len bytes of UTF-8 text. Duplicate member names are an error, as two readers could
 * understand them differently.
 *
 * @what:    names the text in errors, e.g. the file's path
 * @ret_doc: empty ({ 0 }), or an earlier document, whose memory is used again; empty after a failure
 * Errors: INVALID_CONFIG with line and column; OUT_OF_MEMORY.
 */
int json_parse(const char *text, size_t len, const char *what, struct json_doc *ret_doc,
	       struct containr_error *err) MUST_CHECK;

void json_doc_release(struct json_doc *doc);

/** Returns the member @key of an object; NULL if @value is no object or has none. A null counts as
 * absent. */
const struct json *json_get(const struct json *value, const char *key);

/** Steps through an array or object: `for (item = json_first(v); item; item = item->next)`. */
const struct json *json_first(const struct json *value);

/*
 * Typed access for configuration: @parent is an object, @path its own JSON path ("" at the top).
 * An absent member leaves *ret_x untouched and returns 0; a member of the wrong type is
 * INVALID_CONFIG "PATH.KEY: expected a string". Strings are borrowed from the document and never
 * hold a NUL in their middle.
 */
int json_read_string(const struct json *parent, const char *path, const char *key,
		     const char **ret_text, struct containr_error *err) MUST_CHECK;
int json_read_bool(const struct json *parent, const char *path, const char *key, bool *ret_flag,
		   struct containr_error *err) MUST_CHECK;
int json_read_int(const struct json *parent, const char *path, const char *key, int64_t min,
		  int64_t max, int64_t *ret_value, struct containr_error *err) MUST_CHECK;
int json_read_uint(const struct json *parent, const char *path, const char *key, uint64_t max,
		   uint64_t *ret_value, struct containr_error *err) MUST_CHECK;
/** Sets *ret_child to NULL when the member is absent. @type is JSON_ARRAY or JSON_OBJECT. */
int json_read_child(const struct json *parent, const char *path, const char *key,
		    enum json_type type, const struct json **ret_child,
		    struct containr_error *err) MUST_CHECK;
/** Appends the strings of an array member to @list. */
int json_read_strings(const struct json *parent, const char *path, const char *key,
		      struct strv *list, struct containr_error *err) MUST_CHECK;

/*
 * Writing. Commas and colons place themselves; @key is NULL inside an array. With `indent` > 0 the
 * output is broken into lines. A failed allocation shows in out->failed.
 */
struct json_writer {
	struct str *out;
	int indent;
	int depth;
	bool need_comma;
};

#define JSON_WRITER(string) ((struct json_writer) { .out = (string) })
#define JSON_WRITER_PRETTY(string) ((struct json_writer) { .out = (string), .indent = 2 })

void json_open_object(struct json_writer *writer, const char *key);
void json_close_object(struct json_writer *writer);
void json_open_array(struct json_writer *writer, const char *key);
void json_close_array(struct json_writer *writer);
/** Writes a string; bytes that are not UTF-8 become U+FFFD. A NULL @text writes null. */
void json_string(struct json_writer *writer, const char *key, const char *text);
void json_string_len(struct json_writer *writer, const char *key, const char *bytes, size_t len);
void json_int(struct json_writer *writer, const char *key, int64_t value);
void json_uint(struct json_writer *writer, const char *key, uint64_t value);
void json_number(struct json_writer *writer, const char *key, double value);
void json_bool(struct json_writer *writer, const char *key, bool value);
void json_strings(struct json_writer *writer, const char *key, char *const *items);
/** Writes a parsed value again, as it was. */
void json_copy(struct json_writer *writer, const char *key, const struct json *value);

#endif
