/* SPDX-License-Identifier: MIT */
#include "kernel/resctrl.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* What is read of resctrl: where it is mounted, names, and shares, "L3:0=ff;1=f". */

#define RESOURCE_SIZE 16

struct share {
	char resource[RESOURCE_SIZE];
	unsigned long domain; /* a cache, or what else has the resource */
	unsigned long value;  /* a mask of a cache's ways, or a bandwidth */
};

/* Reads the next share of a line; false at its end, or with *at before it where it is none. */
static bool next_share(const char **at, const char *end, struct share *share)
{
	int base = share->resource[0] == 'L' ? 16 : 10; /* the names of caches begin with it */
	const char *value;
	char *stop = NULL;

	if (*at >= end)
		return false;
	share->domain = strtoul(*at, &stop, 10);
	if (stop == *at || stop >= end || *stop != '=')
		return false;
	value = stop + 1;
	share->value = strtoul(value, &stop, base);
	if (stop == value || stop > end)
		return false;
	while (stop < end && (*stop == ' ' || *stop == '\t'))
		stop++;
	if (stop < end && *stop != ';')
		return false;
	*at = stop + (stop < end);
	return true;
}

/* Calls @see for each share of @text. False: there is a line that is none, or @see said so. */
static bool each_share(const char *text, bool (*see)(const struct share *share, void *context),
		       void *context)
{
	while (*text) {
		const char *end = text + strcspn(text, "\n");
		const char *name = text + strspn(text, " \t");
		const char *colon = memchr(text, ':', (size_t)(end - text));
		struct share share = { 0 };
		const char *at;

		text = end + (*end == '\n');
		if (name >= end)
			continue;
		if (!colon || colon <= name || colon - name >= RESOURCE_SIZE)
			return false;
		memcpy(share.resource, name, (size_t)(colon - name));
		at = colon + 1;
		while (next_share(&at, end, &share))
			if (!see(&share, context))
				return false;
		if (at < end)
			return false;
	}
	return true;
}

struct search {
	const struct share *wanted;
	const char *wished;
	const char *shown;
	unsigned long step;
	unsigned long value;
	bool is_found;
};

/* The last one counts. */
static bool note_value(const struct share *share, void *context)
{
	struct search *search = context;

	if (share->domain == search->wanted->domain &&
	    strcmp(share->resource, search->wanted->resource) == 0) {
		search->is_found = true;
		search->value = share->value;
	}
	return true;
}

static bool look_up(const char *text, const struct share *wanted, unsigned long *ret_value)
{
	struct search search = { .wanted = wanted };

	(void)each_share(text, note_value, &search);
	*ret_value = search.value;
	return search.is_found;
}

static bool is_shown(const struct share *share, void *context)
{
	const struct search *search = context;
	unsigned long step = search->step;
	unsigned long wished = 0;
	unsigned long shown = 0;

	if (!look_up(search->wished, share, &wished) || !look_up(search->shown, share, &shown))
		return false;
	if (wished == shown)
		return true;
	return strcmp(share->resource, "MB") == 0 && step && shown > wished &&
	       shown - wished < step && shown % step == 0;
}

bool resctrl_is_same(const char *wished, const char *shown, unsigned long step)
{
	struct search search = { .wished = wished, .shown = shown, .step = step };

	return each_share(wished, is_shown, &search);
}

bool resctrl_is_name(const char *name)
{
	static const char *const kernels[] = { ".", "..", "info", "mon_groups", "mon_data" };

	for (size_t i = 0; i < ARRAY_LEN(kernels); i++)
		if (strcmp(name, kernels[i]) == 0)
			return false;
	return *name && strlen(name) <= NAME_MAX && !strpbrk(name, "/\n");
}

/* "36 25 0:32 / /sys/fs/resctrl rw,relatime shared:1 - resctrl resctrl rw", proc(5) */
char *resctrl_parse_mounts(const char *text, size_t len)
{
	static const char mark[] = " - resctrl ";
	const char *end = text + len;

	while (text < end) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		const char *stop = newline ? newline : end;
		const char *found = memmem(text, (size_t)(stop - text), mark, strlen(mark));
		const char *field = text;

		for (int i = 0; found && field && i < 4; i++) {
			field = memchr(field, ' ', (size_t)(found - field));
			field = field ? field + 1 : NULL;
		}
		if (found && field && *field == '/') {
			const char *space = memchr(field, ' ', (size_t)(found - field));

			return strndup(field, (size_t)((space ? space : found) - field));
		}
		text = stop + 1;
	}
	return NULL;
}
