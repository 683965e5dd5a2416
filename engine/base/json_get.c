/* SPDX-License-Identifier: MIT */
#include "base/json.h"

#include <inttypes.h>
#include <string.h>

const struct json *json_first(const struct json *value)
{
	return value ? value->child : NULL;
}

const struct json *json_get(const struct json *value, const char *key)
{
	if (!value || value->type != JSON_OBJECT)
		return NULL;
	for (const struct json *item = value->child; item; item = item->next)
		if (strcmp(item->key, key) == 0)
			return item->type == JSON_NULL ? NULL : item;
	return NULL;
}

static int fail_type(struct containr_error *err, const char *path, const char *key,
		     const char *expected)
{
	return fail(err, CONTAINR_E_INVALID_CONFIG, "%s%s%s: expected %s", path, *path ? "." : "",
		    key, expected);
}

static bool is_clean_string(const struct json *value)
{
	return value->type == JSON_STRING && strlen(value->string) == value->len;
}

int json_read_string(const struct json *parent, const char *path, const char *key,
		     const char **ret_text, struct containr_error *err)
{
	const struct json *value = json_get(parent, key);

	if (!value)
		return 0;
	if (!is_clean_string(value))
		return fail_type(err, path, key, "a string");
	*ret_text = value->string;
	return 0;
}

int json_read_bool(const struct json *parent, const char *path, const char *key, bool *ret_flag,
		   struct containr_error *err)
{
	const struct json *value = json_get(parent, key);

	if (!value)
		return 0;
	if (value->type != JSON_TRUE && value->type != JSON_FALSE)
		return fail_type(err, path, key, "true or false");
	*ret_flag = value->type == JSON_TRUE;
	return 0;
}

int json_read_int(const struct json *parent, const char *path, const char *key, int64_t min,
		  int64_t max, int64_t *ret_value, struct containr_error *err)
{
	const struct json *value = json_get(parent, key);

	if (!value)
		return 0;
	if (value->type != JSON_INT)
		return fail_type(err, path, key, "a whole number");
	if (value->is_unsigned || value->integer < min || value->integer > max)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "%s%s%s: number is out of range (%" PRId64 " to %" PRId64 ")", path,
			    *path ? "." : "", key, min, max);
	*ret_value = value->integer;
	return 0;
}

int json_read_uint(const struct json *parent, const char *path, const char *key, uint64_t max,
		   uint64_t *ret_value, struct containr_error *err)
{
	const struct json *value = json_get(parent, key);

	if (!value)
		return 0;
	if (value->type != JSON_INT)
		return fail_type(err, path, key, "a whole number");
	if ((!value->is_unsigned && value->integer < 0) || (uint64_t)value->integer > max)
		return fail(err, CONTAINR_E_INVALID_CONFIG,
			    "%s%s%s: number is out of range (0 to %" PRIu64 ")", path,
			    *path ? "." : "", key, max);
	*ret_value = (uint64_t)value->integer;
	return 0;
}

int json_read_child(const struct json *parent, const char *path, const char *key,
		    enum json_type type, const struct json **ret_child, struct containr_error *err)
{
	const struct json *value = json_get(parent, key);

	if (value && value->type != type)
		return fail_type(err, path, key, type == JSON_ARRAY ? "an array" : "an object");
	*ret_child = value;
	return 0;
}

int json_read_strings(const struct json *parent, const char *path, const char *key,
		      struct strv *list, struct containr_error *err)
{
	const struct json *array = NULL;
	size_t index = 0;
	int r = json_read_child(parent, path, key, JSON_ARRAY, &array, err);

	if (r < 0)
		return r;
	for (const struct json *item = json_first(array); item; item = item->next, index++) {
		if (!is_clean_string(item))
			return fail(err, CONTAINR_E_INVALID_CONFIG,
				    "%s%s%s[%zu]: expected a string", path, *path ? "." : "", key,
				    index);
		strv_push(list, item->string);
	}
	return list->failed ? fail_oom(err) : 0;
}
