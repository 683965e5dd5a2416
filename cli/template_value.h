/* SPDX-License-Identifier: MIT */
#ifndef CLI_TEMPLATE_VALUE_H
#define CLI_TEMPLATE_VALUE_H

#include "base/json.h"
#include "base/str.h"

#include <stdbool.h>

/* Values of a template, and the functions that make new ones; template.h. */

enum value_kind {
	VALUE_NONE, /* no such key of a map, or nil */
	VALUE_JSON,
	VALUE_TEXT,
	VALUE_NUMBER,
	VALUE_LIST, /* of texts */
};

struct value {
	enum value_kind kind;
	const struct json *json;
	const char *text;
	int64_t number;
	char *const *list; /* NULL-terminated */
};

#define VALUE_ARGS_MAX 16

/* What values point to lives as long as one rendering. */
struct value_arena {
	struct strv texts;
	struct strv *lists;
	size_t list_count;
	bool checks_only; /* there is no data: only the form matters */
	struct containr_error *err;
};

void value_arena_release(struct value_arena *arena);

/** Appends a value as Go prints it: lists as [a b], maps as map[a:b]. */
void value_print(const struct value *value, struct str *out);

/** Takes a text over; the value is VALUE_NONE after a failed allocation, and so is the arena. */
struct value value_take_text(struct value_arena *arena, char *text);

/** Whether a function of that name exists. */
bool value_has_function(const char *name);

/**
 * Calls a function.
 *
 * Errors: INVALID_ARGUMENT for what the function cannot work with.
 */
int value_call(struct value_arena *arena, const char *name, const struct value *args, size_t count,
	       struct value *ret_value) MUST_CHECK;

/** Finds a member of an object; VALUE_NONE where a map has no such key. */
int value_field(struct value_arena *arena, const struct value *from, const char *name,
		struct value *ret_value) MUST_CHECK;

#endif
