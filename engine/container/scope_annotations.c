/* SPDX-License-Identifier: MIT */
#include "container/plan_scope.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/*
 * Values in the text form of GVariant, as far as properties of units need them: truth values, strings,
 * whole numbers with or without the word for their type, and lists of strings.
 * https://docs.gtk.org/glib/gvariant-text-format.html
 */

#define PREFIX "org.systemd.property."
#define USEC_PER_SEC 1000000u

static const struct {
	const char *word;
	const char *type; /* of D-Bus */
} number_types[] = {
	{ "int32 ", "i" },
	{ "uint32 ", "u" },
	{ "int64 ", "x" },
	{ "uint64 ", "t" },
};

static const char *skip_blanks(const char *p)
{
	while (*p == ' ' || *p == '\t')
		p++;
	return p;
}

/* A string in either kind of quotes; returns what follows, NULL if it is none. */
static const char *read_string(const char *p, struct str *out)
{
	char quote = *p++;

	if (quote != '\'' && quote != '"')
		return NULL;
	for (; *p && *p != quote; p++) {
		if (*p == '\\' && p[1])
			p++;
		str_append_char(out, *p);
	}
	return *p ? p + 1 : NULL;
}

static bool add_string(const char *name, const char *value, struct strv *out)
{
	autostr text = STR_INIT;
	const char *end;

	str_append(&text, "");
	end = read_string(value, &text);
	if (!end || *skip_blanks(end))
		return false;
	strv_pushf(out, "%s=s:%s", name, text.failed ? "" : text.data);
	return true;
}

/* Names of units have no comma in them. */
static bool add_list(const char *name, const char *value, struct strv *out)
{
	autostr text = STR_INIT;
	const char *p = skip_blanks(value + 1);
	bool first = true;

	str_append(&text, "");
	while (*p != ']') {
		if (!first)
			str_append_char(&text, ',');
		p = read_string(p, &text);
		if (!p)
			return false;
		first = false;
		p = skip_blanks(p);
		if (*p == ',')
			p = skip_blanks(p + 1);
		else if (*p != ']')
			return false;
	}
	if (*skip_blanks(p + 1))
		return false;
	strv_pushf(out, "%s=as:%s", name, text.failed ? "" : text.data);
	return true;
}

/* Whole numbers in the range of their type. */
static bool read_number(const char *text, char type, int64_t *ret_value)
{
	char *end;
	bool is_signed = type == 'i' || type == 'x';

	errno = 0;
	*ret_value = is_signed ? strtoll(text, &end, 10) : (int64_t)strtoull(text, &end, 10);
	if (errno || end == text || *skip_blanks(end) || (!is_signed && strchr(text, '-')))
		return false;
	return (type != 'i' || (*ret_value >= INT32_MIN && *ret_value <= INT32_MAX)) &&
	       (type != 'u' || (*ret_value >= 0 && *ret_value <= (int64_t)UINT32_MAX));
}

/* "TimeoutStopSec", as unit files have it, is "TimeoutStopUSec" on the bus: an unsigned 64-bit one. */
static bool add_seconds(const char *name, int64_t seconds, struct strv *out)
{
	if (seconds < 0 || seconds > INT64_MAX / (int64_t)USEC_PER_SEC)
		return false;
	strv_pushf(out, "%.*sUSec=t:%" PRId64, (int)(strlen(name) - strlen("Sec")), name,
		   seconds * (int64_t)USEC_PER_SEC);
	return true;
}

static bool add_number(const char *name, const char *value, struct strv *out)
{
	bool in_seconds = str_ends_with(name, "Sec") && !str_ends_with(name, "USec");
	const char *type = "i"; /* where the text does not say */
	int64_t number;

	for (size_t i = 0; i < ARRAY_LEN(number_types); i++) {
		if (!str_starts_with(value, number_types[i].word))
			continue;
		type = number_types[i].type;
		value = skip_blanks(value + strlen(number_types[i].word));
		break;
	}
	if (!read_number(value, *type, &number))
		return false;
	if (in_seconds)
		return add_seconds(name, number, out);
	if (*type == 't')
		strv_pushf(out, "%s=t:%" PRIu64, name, (uint64_t)number);
	else
		strv_pushf(out, "%s=%s:%" PRId64, name, type, number);
	return true;
}

static bool add_property(const char *name, const char *value, struct strv *out)
{
	if (!isupper((unsigned char)*name))
		return false;
	for (const char *p = name; *p; p++)
		if (!isalnum((unsigned char)*p))
			return false;
	if (strcmp(value, "true") == 0 || strcmp(value, "false") == 0) {
		strv_pushf(out, "%s=b:%s", name, value);
		return true;
	}
	if (str_starts_with(value, "@as "))
		value = skip_blanks(value + strlen("@as "));
	if (*value == '\'' || *value == '"')
		return add_string(name, value, out);
	if (*value == '[')
		return add_list(name, value, out);
	return add_number(name, value, out);
}

int scope_add_annotations(const struct strv *annotations, struct strv *properties,
			  struct containr_error *err)
{
	for (size_t i = 0; i < annotations->len; i++) {
		const char *item = annotations->items[i];
		const char *value = strchr(item, '=');
		autofree char *name = NULL;

		if (!str_starts_with(item, PREFIX) || !value)
			continue;
		name = strndup(item + strlen(PREFIX), (size_t)(value - item) - strlen(PREFIX));
		if (!name)
			return fail_oom(err);
		if (add_property(name, skip_blanks(value + 1), properties))
			continue;
		(void)fail(err, CONTAINR_E_INVALID_CONFIG, "annotations: cannot read '%s'", item);
		return fail_hint(err, "a value looks like true, 'text', uint64 5 or ['a', 'b']");
	}
	return properties->failed ? fail_oom(err) : 0;
}
