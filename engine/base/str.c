/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool str_reserve(struct str *str, size_t extra)
{
	size_t need;
	size_t cap;
	char *data;

	if (str->failed || __builtin_add_overflow(str->len, extra, &need) ||
	    __builtin_add_overflow(need, (size_t)1, &need)) {
		str->failed = true;
		return false;
	}
	if (str->data && need <= str->cap)
		return true;
	cap = str->cap ? str->cap : 64;
	while (cap < need)
		cap = cap > SIZE_MAX / 2 ? need : cap * 2;
	data = realloc(str->data, cap);
	if (!data) {
		str->failed = true;
		return false;
	}
	str->data = data;
	str->cap = cap;
	return true;
}

void str_release(struct str *str)
{
	free(str->data);
	*str = STR_INIT;
}

void str_clear(struct str *str)
{
	str->len = 0;
	if (str->data)
		str->data[0] = '\0';
}

void str_append_len(struct str *str, const char *bytes, size_t len)
{
	if (!str_reserve(str, len))
		return;
	if (len)
		memcpy(str->data + str->len, bytes, len);
	str->len += len;
	str->data[str->len] = '\0';
}

void str_append(struct str *str, const char *text)
{
	str_append_len(str, text, strlen(text));
}

void str_append_char(struct str *str, char byte)
{
	str_append_len(str, &byte, 1);
}

void str_appendf(struct str *str, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0 || !str_reserve(str, (size_t)len)) {
		str->failed = true;
		return;
	}
	va_start(args, fmt);
	(void)vsnprintf(str->data + str->len, str->cap - str->len, fmt, args);
	va_end(args);
	str->len += (size_t)len;
}

char *str_steal(struct str *str)
{
	char *data;

	if (!str->data)
		str_append_len(str, "", 0);
	if (str->failed) {
		str_release(str);
		return NULL;
	}
	data = str->data;
	*str = STR_INIT;
	return data;
}

bool str_starts_with(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

bool str_ends_with(const char *text, const char *suffix)
{
	size_t text_len = strlen(text);
	size_t suffix_len = strlen(suffix);

	return text_len >= suffix_len &&
	       memcmp(text + text_len - suffix_len, suffix, suffix_len) == 0;
}

void strv_release(struct strv *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct strv) { 0 };
}

void strv_push_take(struct strv *list, char *text)
{
	if (!text || list->failed) {
		free(text);
		list->failed = true;
		return;
	}
	if (list->len + 2 > list->cap) {
		size_t cap = list->cap ? list->cap * 2 : 8;
		char **items = reallocarray(list->items, cap, sizeof(*items));

		if (!items) {
			free(text);
			list->failed = true;
			return;
		}
		list->items = items;
		list->cap = cap;
	}
	list->items[list->len++] = text;
	list->items[list->len] = NULL;
}

void strv_push(struct strv *list, const char *text)
{
	strv_push_take(list, strdup(text));
}

void strv_pushf(struct strv *list, const char *fmt, ...)
{
	char *text = NULL;
	va_list args;

	va_start(args, fmt);
	if (vasprintf(&text, fmt, args) < 0)
		text = NULL;
	va_end(args);
	strv_push_take(list, text);
}

void strv_extend(struct strv *list, char *const *items)
{
	for (size_t i = 0; items && items[i]; i++)
		strv_push(list, items[i]);
}

void strv_remove(struct strv *list, const char *text)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->len; i++) {
		if (strcmp(list->items[i], text) == 0)
			free(list->items[i]);
		else
			list->items[kept++] = list->items[i];
	}
	if (list->items)
		list->items[kept] = NULL;
	list->len = kept;
}

bool strv_contains(const struct strv *list, const char *text)
{
	for (size_t i = 0; i < list->len; i++)
		if (strcmp(list->items[i], text) == 0)
			return true;
	return false;
}

int parse_int64(const char *text, const char *what, int64_t min, int64_t max, int64_t *ret_value,
		struct containr_error *err)
{
	char *end = NULL;
	intmax_t value;

	errno = 0;
	value = strtoimax(text, &end, 10);
	if (end == text || *end != '\0' || isspace((unsigned char)text[0]))
		return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not a whole number",
			    what, text);
	if (errno == ERANGE || value < min || value > max)
		return fail(err, CONTAINR_E_INVALID_ARGUMENT,
			    "%s: '%s' is out of range (%" PRId64 " to %" PRId64 ")", what, text,
			    min, max);
	*ret_value = value;
	return 0;
}

struct unit {
	const char *name;
	int64_t factor;
};

static const struct unit size_units[] = {
	{ "", 1 },	     { "b", 1 },	   { "k", 1LL << 10 }, { "kb", 1LL << 10 },
	{ "ki", 1LL << 10 }, { "kib", 1LL << 10 }, { "m", 1LL << 20 }, { "mb", 1LL << 20 },
	{ "mi", 1LL << 20 }, { "mib", 1LL << 20 }, { "g", 1LL << 30 }, { "gb", 1LL << 30 },
	{ "gi", 1LL << 30 }, { "gib", 1LL << 30 }, { "t", 1LL << 40 }, { "tb", 1LL << 40 },
	{ "ti", 1LL << 40 }, { "tib", 1LL << 40 },
};

static const struct unit time_units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60LL * 1000000000 },
	{ "h", 3600LL * 1000000000 },
};

static int64_t unit_factor(const struct unit *units, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(units[i].name) == len && strncasecmp(units[i].name, name, len) == 0)
			return units[i].factor;
	return 0;
}

/* Reads "12.5" exactly, as a whole part and a fraction in 1/scale; a double would lose bytes of
 * large sizes. */
static const char *scan_decimal(const char *text, int64_t *ret_whole, int64_t *ret_frac,
				int64_t *ret_scale)
{
	int64_t whole = 0;
	int64_t frac = 0;
	int64_t scale = 1;
	const char *p = text;

	for (; isdigit((unsigned char)*p); p++)
		if (__builtin_mul_overflow(whole, (int64_t)10, &whole) ||
		    __builtin_add_overflow(whole, (int64_t)(*p - '0'), &whole))
			return NULL;
	if (p == text)
		return NULL;
	if (*p == '.') {
		if (!isdigit((unsigned char)p[1]))
			return NULL;
		for (p++; isdigit((unsigned char)*p); p++) {
			if (scale >= 1000000)
				continue; /* more digits than any unit can use */
			frac = frac * 10 + (*p - '0');
			scale *= 10;
		}
	}
	*ret_whole = whole;
	*ret_frac = frac;
	*ret_scale = scale;
	return p;
}

static bool scale_decimal(int64_t whole, int64_t frac, int64_t scale, int64_t factor,
			  int64_t *ret_value)
{
	int64_t value;
	int64_t rest;

	if (__builtin_mul_overflow(whole, factor, &value) ||
	    __builtin_mul_overflow(frac, factor, &rest) ||
	    __builtin_add_overflow(value, rest / scale, &value))
		return false;
	*ret_value = value;
	return true;
}

int parse_bytes(const char *text, const char *what, int64_t *ret_bytes, struct containr_error *err)
{
	int64_t whole;
	int64_t frac;
	int64_t scale;
	int64_t factor;
	const char *unit = scan_decimal(text, &whole, &frac, &scale);

	factor = unit ? unit_factor(size_units, ARRAY_LEN(size_units), unit, strlen(unit)) : 0;
	if (!factor || !scale_decimal(whole, frac, scale, factor, ret_bytes)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not a size", what, text);
		return fail_hint(err, "write a number with a unit of b, k, m, g or t, e.g. 100m");
	}
	return 0;
}

int parse_duration(const char *text, const char *what, int64_t *ret_ns, struct containr_error *err)
{
	int64_t total = 0;
	const char *p = text;

	do {
		int64_t whole;
		int64_t frac;
		int64_t scale;
		int64_t factor;
		int64_t part;
		size_t len = 0;

		p = scan_decimal(p, &whole, &frac, &scale);
		if (!p)
			goto bad;
		while (isalpha((unsigned char)p[len]))
			len++;
		factor = len ? unit_factor(time_units, ARRAY_LEN(time_units), p, len) : 1000000000;
		if (!factor || !scale_decimal(whole, frac, scale, factor, &part) ||
		    __builtin_add_overflow(total, part, &total))
			goto bad;
		p += len;
	} while (*p);
	*ret_ns = total;
	return 0;
bad:
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not a duration", what, text);
	return fail_hint(err, "write e.g. 10s, 1m30s or 500ms");
}
