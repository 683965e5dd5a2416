/* SPDX-License-Identifier: MIT */
#include "cli/filter.h"

#include <string.h>

bool filter_is_equal(const char *text, const char *wanted)
{
	return strcmp(text, wanted) == 0;
}

bool filter_begins_with(const char *text, const char *wanted)
{
	return str_starts_with(text, wanted);
}

bool filter_contains(const char *text, const char *wanted)
{
	return strstr(text, wanted) != NULL;
}

/* Returns the value of a filter if @key is its key; NULL for another one. */
static const char *value_of(const char *filter, const char *key)
{
	size_t len = strlen(key);

	return strncmp(filter, key, len) == 0 && filter[len] == '=' ? filter + len + 1 : NULL;
}

static int fail_key(const char *filter, const char *const *keys, struct containr_error *err)
{
	autostr known = STR_INIT;

	for (size_t i = 0; keys[i]; i++)
		str_appendf(&known, "%s%s", i ? ", " : "", keys[i]);
	if (known.failed)
		return fail_oom(err);
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
		   "--filter: '%s' is not KEY=VALUE with a "
		   "known key",
		   filter);
	return fail_hint(err, "keys are %s", known.data);
}

int filter_check(const struct strv *filters, const char *const *keys, struct containr_error *err)
{
	for (size_t i = 0; i < filters->len; i++) {
		size_t k = 0;

		while (keys[k] && !value_of(filters->items[i], keys[k]))
			k++;
		if (!keys[k])
			return fail_key(filters->items[i], keys, err);
	}
	return 0;
}

bool filter_has(const struct strv *filters, const char *key)
{
	for (size_t i = 0; i < filters->len; i++)
		if (value_of(filters->items[i], key))
			return true;
	return false;
}

bool filter_passes(const struct strv *filters, const char *key, const char *text,
		   filter_match *match)
{
	bool asked = false;

	for (size_t i = 0; i < filters->len; i++) {
		const char *wanted = value_of(filters->items[i], key);

		if (wanted && match(text, wanted))
			return true;
		asked = asked || wanted;
	}
	return !asked;
}

static bool has_label(char *const *labels, const char *wanted)
{
	size_t len = strlen(wanted);

	for (; *labels; labels++)
		if (strcmp(*labels, wanted) == 0 ||
		    (!strchr(wanted, '=') && strncmp(*labels, wanted, len) == 0 &&
		     (*labels)[len] == '='))
			return true;
	return false;
}

bool filter_passes_labels(const struct strv *filters, char *const *labels)
{
	for (size_t i = 0; i < filters->len; i++) {
		const char *wanted = value_of(filters->items[i], "label");

		if (wanted && !has_label(labels, wanted))
			return false;
	}
	return true;
}
