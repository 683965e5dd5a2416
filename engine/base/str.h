/* SPDX-License-Identifier: MIT */
#ifndef BASE_STR_H
#define BASE_STR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A growing string. Appending never fails visibly: a failed allocation is remembered in `failed`
 * and every later append does nothing, so that a long row of appends needs one check at its end.
 * `data` is NULL until something was appended, and NUL-terminated from then on.
 */
struct str {
	char *data;
	size_t len;
	size_t cap;
	bool failed;
};

#define STR_INIT ((struct str) { 0 })
#define autostr __attribute__((cleanup(str_release))) struct str

void str_release(struct str *str);
/** Empties @str and keeps its memory. */
void str_clear(struct str *str);
void str_append(struct str *str, const char *text);
void str_append_len(struct str *str, const char *bytes, size_t len);
void str_append_char(struct str *str, char byte);
void str_appendf(struct str *str, const char *fmt, ...) PRINTF_LIKE(2, 3);
/** Takes the text out of @str (the caller frees it; "" where nothing was appended); NULL if an
 * append failed. */
char *str_steal(struct str *str);

bool str_starts_with(const char *text, const char *prefix);
bool str_ends_with(const char *text, const char *suffix);

/**
 * A list of strings that it owns, always NULL-terminated once something was pushed: usable as argv.
 * A failed allocation is remembered as in struct str.
 */
struct strv {
	char **items;
	size_t len;
	size_t cap;
	bool failed;
};

#define autostrv __attribute__((cleanup(strv_release))) struct strv

void strv_release(struct strv *list);
void strv_push(struct strv *list, const char *text);
/** Pushes @text and takes it over; NULL marks the list as failed. */
void strv_push_take(struct strv *list, char *text);
void strv_pushf(struct strv *list, const char *fmt, ...) PRINTF_LIKE(2, 3);
/** Appends copies of a NULL-terminated vector; NULL stands for an empty one. */
void strv_extend(struct strv *list, char *const *items);
/** Takes all items that equal @text out. */
void strv_remove(struct strv *list, const char *text);
bool strv_contains(const struct strv *list, const char *text);

/**
 * Parses a whole decimal number. @what names it in the error, e.g. "--pids-limit".
 * Errors: INVALID_ARGUMENT if @text is no number or lies outside @min..@max.
 */
int parse_int64(const char *text, const char *what, int64_t min, int64_t max, int64_t *ret_value,
		struct containr_error *err) MUST_CHECK;

/** Parses a size in bytes as docker does: "100m", "1.5g", "4096", units b k m g t, powers of 1024.
 */
int parse_bytes(const char *text, const char *what, int64_t *ret_bytes,
		struct containr_error *err) MUST_CHECK;

/** Parses a duration as Go writes it ("1h30m", "10s", "500ms"); a bare number is seconds. */
int parse_duration(const char *text, const char *what, int64_t *ret_ns,
		   struct containr_error *err) MUST_CHECK;

#endif
