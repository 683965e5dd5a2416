/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/*
 * JSON from outside is refused with a place in the text, or read, written again compactly and in
 * lines, and read again as the same.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool same_text(const char *one, const char *two)
{
	return one && two ? strcmp(one, two) == 0 : one == two;
}

static bool same_node(const struct json *one, const struct json *two)
{
	if (one->type != two->type || one->len != two->len || !same_text(one->key, two->key))
		return false;
	switch (one->type) {
	case JSON_STRING:
		return memcmp(one->string, two->string, one->len + 1) == 0;
	case JSON_INT:
		return one->integer == two->integer && one->is_unsigned == two->is_unsigned;
	case JSON_NUMBER:
		return one->number == two->number && !signbit(one->number) == !signbit(two->number);
	case JSON_NULL:
	case JSON_FALSE:
	case JSON_TRUE:
	case JSON_ARRAY:
	case JSON_OBJECT:
		return true;
	}
	return false;
}

/* Two documents side by side; nodes lie in their block in the order of the text. */
static bool same_tree(const struct json *one, const struct json *two)
{
	const struct json *stack[2][JSON_MAX_DEPTH];
	size_t depth = 0;

	for (;;) {
		if (!same_node(one, two))
			return false;
		if (one->child && depth < JSON_MAX_DEPTH) {
			stack[0][depth] = one;
			stack[1][depth++] = two;
			one = one->child;
			two = two->child;
			continue;
		}
		while (depth > 0 && !one->next) {
			if (two->next)
				return false;
			one = stack[0][--depth];
			two = stack[1][depth];
		}
		if (depth == 0)
			return true;
		one = one->next;
		two = two->next;
		if (!two)
			return false;
	}
}

static void write_and_read(const struct json *root, struct json_writer writer)
{
	struct containr_error err;
	autojson again = { 0 };

	json_copy(&writer, NULL, root);
	if (writer.out->failed)
		return;
	if (json_parse(writer.out->data, writer.out->len, "again", &again, &err) < 0 ||
	    !same_tree(root, again.root))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autojson doc = { 0 };
	autostr compact = STR_INIT;
	autostr pretty = STR_INIT;
	struct containr_error err;

	if (json_parse((const char *)data, size, "fuzz", &doc, &err) < 0) {
		if (err.code != CONTAINR_E_INVALID_CONFIG || strncmp(err.message, "fuzz:", 5) != 0)
			abort();
		return 0;
	}
	write_and_read(doc.root, JSON_WRITER(&compact));
	write_and_read(doc.root, JSON_WRITER_PRETTY(&pretty));
	return 0;
}
