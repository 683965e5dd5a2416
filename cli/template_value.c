/* SPDX-License-Identifier: MIT */
#include "cli/template_value.h"

#include "base/cleanup.h"
#include "cli/nearest.h"
#include "cli/printable.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define PRINT_DEPTH_MAX 16

void value_arena_release(struct value_arena *arena)
{
	strv_release(&arena->texts);
	for (size_t i = 0; i < arena->list_count; i++)
		strv_release(&arena->lists[i]);
	free(arena->lists);
	arena->lists = NULL;
	arena->list_count = 0;
}

struct value value_take_text(struct value_arena *arena, char *text)
{
	strv_push_take(&arena->texts, text);
	if (arena->texts.failed)
		return (struct value) { .kind = VALUE_NONE };
	return (struct value) { .kind = VALUE_TEXT,
				.text = arena->texts.items[arena->texts.len - 1] };
}

static void print_json(const struct json *json, int depth, struct str *out)
{
	bool is_object = json->type == JSON_OBJECT;

	switch (json->type) {
	case JSON_NULL:
		str_append(out, "<no value>");
		return;
	case JSON_FALSE:
	case JSON_TRUE:
		str_append(out, json->type == JSON_TRUE ? "true" : "false");
		return;
	case JSON_INT:
		str_appendf(out, json->is_unsigned ? "%" PRIu64 : "%" PRId64, json->integer);
		return;
	case JSON_NUMBER:
		str_appendf(out, "%g", json->number);
		return;
	case JSON_STRING:
		printable_append(out, json->string);
		return;
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	str_append(out, is_object ? "map[" : "[");
	for (const struct json *item = json_first(json); item && depth < PRINT_DEPTH_MAX;
	     item = item->next) {
		if (is_object) {
			printable_append(out, item->key);
			str_append_char(out, ':');
		}
		print_json(item, depth + 1, out);
		str_append(out, item->next ? " " : "");
	}
	str_append_char(out, ']');
}

void value_print(const struct value *value, struct str *out)
{
	switch (value->kind) {
	case VALUE_NONE:
		str_append(out, "<no value>");
		break;
	case VALUE_JSON:
		print_json(value->json, 0, out);
		break;
	case VALUE_TEXT:
		str_append(out, value->text);
		break;
	case VALUE_NUMBER:
		str_appendf(out, "%" PRId64, value->number);
		break;
	case VALUE_LIST:
		str_append_char(out, '[');
		for (char *const *item = value->list; *item; item++)
			str_appendf(out, "%s%s", item == value->list ? "" : " ", *item);
		str_append_char(out, ']');
		break;
	}
}

/* Objects whose keys are the user's: what is not there is no mistake in the template. */
static bool is_map(const struct json *object)
{
	static const char *const maps[] = { "Labels",	   "Options", "Attributes", "annotations",
					    "Annotations", "Volumes", "sysctl" };

	for (size_t i = 0; object->key && i < ARRAY_LEN(maps); i++)
		if (strcmp(object->key, maps[i]) == 0)
			return true;
	return false;
}

static int fail_field(struct value_arena *arena, const struct json *object, const char *name)
{
	struct nearest nearest = NEAREST_TO(name);

	for (const struct json *item = json_first(object); item; item = item->next)
		nearest_offer(&nearest, item->key);
	(void)fail(arena->err, CONTAINR_E_INVALID_ARGUMENT, "--format: there is no field '%.100s'",
		   name);
	if (nearest.found)
		return fail_hint(arena->err, "did you mean '%s'?", nearest.found);
	return fail_hint(arena->err, "see all fields with: --format '{{json .}}'");
}

int value_field(struct value_arena *arena, const struct value *from, const char *name,
		struct value *ret_value)
{
	const struct json *found = NULL;

	*ret_value = (struct value) { .kind = VALUE_NONE };
	if (arena->checks_only)
		return 0;
	if (from->kind != VALUE_JSON || from->json->type != JSON_OBJECT)
		return fail(arena->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--format: there is no field '%.100s' in what is no object", name);
	for (const struct json *item = json_first(from->json); item; item = item->next)
		if (strcmp(item->key, name) == 0)
			found = item;
	for (const struct json *item = json_first(from->json); item && !found; item = item->next)
		if (strcasecmp(item->key, name) == 0)
			found = item;
	if (found)
		*ret_value = (struct value) { .kind = VALUE_JSON, .json = found };
	return found || is_map(from->json) ? 0 : fail_field(arena, from->json, name);
}
