/* SPDX-License-Identifier: MIT */
#include "container/oci_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int place_string(const struct place *at, const char *key, char **slot)
{
	const char *text = NULL;
	int r = json_read_string(at->value, at->path, key, &text, at->err);

	if (r < 0 || !text)
		return r;
	free(*slot);
	*slot = strdup(text);
	return *slot ? 0 : fail_oom(at->err);
}

int place_require(const struct place *at, const char *key)
{
	if (json_get(at->value, key))
		return 0;
	return fail(at->err, CONTAINR_E_INVALID_CONFIG, "%s%s%s: is required", at->path,
		    *at->path ? "." : "", key);
}

int place_id(const struct place *at, const char *key, uint32_t *ret_id)
{
	uint64_t value = *ret_id;
	int r = json_read_uint(at->value, at->path, key, UINT32_MAX - 1, &value, at->err);

	*ret_id = (uint32_t)value;
	return r;
}

/* Reads an object of strings as KEY=VALUE; a key with "=" in it would come out as another one. */
int place_string_map(const struct place *parent, const char *key, struct strv *list)
{
	const struct json *map;
	char path[PLACE_PATH_SIZE];
	int r = json_read_child(parent->value, parent->path, key, JSON_OBJECT, &map, parent->err);

	if (r < 0)
		return r;
	(void)snprintf(path, sizeof(path), "%s%s%s", parent->path, *parent->path ? "." : "", key);
	for (const struct json *item = json_first(map); item; item = item->next) {
		const char *text = NULL;

		if (strchr(item->key, '='))
			return fail(parent->err, CONTAINR_E_INVALID_CONFIG,
				    "%s: '%s' may not contain '='", path, item->key);
		r = json_read_string(map, path, item->key, &text, parent->err);
		if (r < 0)
			return r;
		strv_pushf(list, "%s=%s", item->key, text ? text : "");
	}
	return list->failed ? fail_oom(parent->err) : 0;
}

/* Calls @read for each object of an array. */
int place_each(const struct place *parent, const char *key, void *target,
	       int (*read)(const struct place *at, void *target))
{
	const struct json *array;
	char path[PLACE_PATH_SIZE];
	size_t index = 0;
	int r = json_read_child(parent->value, parent->path, key, JSON_ARRAY, &array, parent->err);

	if (r < 0)
		return r;
	for (const struct json *item = json_first(array); item; item = item->next, index++) {
		struct place at = { item, path, parent->err };

		(void)snprintf(path, sizeof(path), "%s%s%s[%zu]", parent->path,
			       *parent->path ? "." : "", key, index);
		if (item->type != JSON_OBJECT)
			return fail(parent->err, CONTAINR_E_INVALID_CONFIG,
				    "%s: expected an object", path);
		r = read(&at, target);
		if (r < 0)
			return r;
	}
	return 0;
}

int place_object(const struct place *parent, const char *key, void *target,
		 int (*read)(const struct place *at, void *target))
{
	const struct json *value;
	char path[PLACE_PATH_SIZE];
	struct place at = { NULL, path, parent->err };
	int r = json_read_child(parent->value, parent->path, key, JSON_OBJECT, &value, parent->err);

	if (r < 0 || !value)
		return r;
	(void)snprintf(path, sizeof(path), "%s%s%s", parent->path, *parent->path ? "." : "", key);
	at.value = value;
	return read(&at, target);
}

static bool asks_for_nothing(const struct json *value)
{
	return !value || value->type == JSON_FALSE ||
	       (value->type == JSON_INT && value->integer == 0) ||
	       ((value->type == JSON_STRING || value->type == JSON_ARRAY ||
		 value->type == JSON_OBJECT) &&
		value->len == 0);
}

int place_refuse(const struct place *at, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!asks_for_nothing(json_get(at->value, keys[i])))
			return fail(at->err, CONTAINR_E_UNSUPPORTED, "%s.%s: is not supported",
				    at->path, keys[i]);
	return 0;
}
