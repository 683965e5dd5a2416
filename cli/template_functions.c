/* SPDX-License-Identifier: MIT */
#include "cli/template_value.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

struct call {
	struct value_arena *arena;
	const char *name;
	const struct value *args;
	size_t count;
	struct value *result;
};

static int fail_call(struct call *call, const char *what)
{
	return fail(call->arena->err, CONTAINR_E_INVALID_ARGUMENT, "--format: %s: %s", call->name,
		    what);
}

/* Returns a value as text that lives in the arena. */
static const char *text_of(struct call *call, const struct value *value)
{
	struct str text = STR_INIT;
	struct value kept;

	if (value->kind == VALUE_TEXT)
		return value->text;
	value_print(value, &text);
	kept = value_take_text(call->arena, str_steal(&text));
	return kept.kind == VALUE_TEXT ? kept.text : "";
}

static int return_text(struct call *call, struct str *text)
{
	*call->result = value_take_text(call->arena, str_steal(text));
	return call->result->kind == VALUE_TEXT ? 0 : fail_oom(call->arena->err);
}

static int call_json(struct call *call)
{
	struct str text = STR_INIT;
	struct json_writer writer = JSON_WRITER(&text);
	const struct value *value = &call->args[0];

	if (value->kind == VALUE_JSON)
		json_copy(&writer, NULL, value->json);
	else if (value->kind == VALUE_NUMBER)
		json_int(&writer, NULL, value->number);
	else if (value->kind == VALUE_LIST)
		json_strings(&writer, NULL, value->list);
	else
		json_string(&writer, NULL, value->kind == VALUE_TEXT ? value->text : NULL);
	return return_text(call, &text);
}

static int call_join(struct call *call)
{
	struct str text = STR_INIT;
	const struct value *list = &call->args[0];
	const char *separator = text_of(call, &call->args[1]);

	if (list->kind == VALUE_JSON && list->json->type == JSON_ARRAY) {
		for (const struct json *item = json_first(list->json); item; item = item->next) {
			const struct value one = { .kind = VALUE_JSON, .json = item };

			value_print(&one, &text);
			str_append(&text, item->next ? separator : "");
		}
	} else if (list->kind == VALUE_LIST) {
		for (char *const *item = list->list; *item; item++)
			str_appendf(&text, "%s%s", item == list->list ? "" : separator, *item);
	} else if (list->kind != VALUE_NONE) {
		return fail_call(call, "its first argument is no list");
	}
	return return_text(call, &text);
}

/* lower, upper and title change ASCII letters; others are left as they are. */
static int change_case(struct call *call)
{
	const char *from = text_of(call, &call->args[0]);
	struct str text = STR_INIT;
	bool at_start = true;

	for (; *from; from++) {
		unsigned char byte = (unsigned char)*from;
		bool is_ascii = byte < 0x80;

		if (is_ascii && (call->name[0] == 'u' || (call->name[0] == 't' && at_start)))
			byte = (unsigned char)toupper(byte);
		else if (is_ascii && call->name[0] == 'l')
			byte = (unsigned char)tolower(byte);
		str_append_char(&text, (char)byte);
		at_start = isspace(byte) != 0;
	}
	return return_text(call, &text);
}

static int call_split(struct call *call)
{
	struct value_arena *arena = call->arena;
	const char *text = text_of(call, &call->args[0]);
	const char *separator = text_of(call, &call->args[1]);
	struct strv *lists = reallocarray(arena->lists, arena->list_count + 1, sizeof(*lists));
	struct strv *list;

	if (!lists)
		return fail_oom(arena->err);
	arena->lists = lists;
	list = &lists[arena->list_count++];
	*list = (struct strv) { 0 };
	while (*separator) {
		const char *end = strstr(text, separator);

		if (!end)
			break;
		strv_push_take(list, strndup(text, (size_t)(end - text)));
		text = end + strlen(separator);
	}
	strv_push(list, text);
	if (list->failed)
		return fail_oom(arena->err);
	*call->result = (struct value) { .kind = VALUE_LIST, .list = list->items };
	return 0;
}

static int call_len(struct call *call)
{
	const struct value *value = &call->args[0];
	int64_t len = 0;

	if (value->kind == VALUE_LIST)
		while (value->list[len])
			len++;
	else if (value->kind == VALUE_TEXT)
		len = (int64_t)strlen(value->text);
	else if (value->kind == VALUE_JSON && value->json->type >= JSON_STRING)
		len = value->json->len;
	else if (value->kind != VALUE_NONE && !call->arena->checks_only)
		return fail_call(call, "its argument has no length");
	*call->result = (struct value) { .kind = VALUE_NUMBER, .number = len };
	return 0;
}

static int index_list(struct call *call, const struct value *from, int64_t at)
{
	const struct json *item = from->kind == VALUE_JSON ? json_first(from->json) : NULL;

	for (int64_t i = 0; from->kind == VALUE_LIST && at >= 0 && from->list[i]; i++)
		if (i == at) {
			*call->result =
				(struct value) { .kind = VALUE_TEXT, .text = from->list[i] };
			return 0;
		}
	for (int64_t i = 0; item && at >= 0; item = item->next, i++)
		if (i == at) {
			*call->result = (struct value) { .kind = VALUE_JSON, .json = item };
			return 0;
		}
	return fail_call(call, "there are not so many items");
}

static int call_index(struct call *call)
{
	struct value value = call->args[0];

	for (size_t i = 1; i < call->count && !call->arena->checks_only; i++) {
		const struct value *key = &call->args[i];
		bool is_list = value.kind == VALUE_LIST ||
			       (value.kind == VALUE_JSON && value.json->type == JSON_ARRAY);
		const struct json *member;
		int r;

		if (is_list && key->kind == VALUE_NUMBER) {
			r = index_list(call, &value, key->number);
			if (r < 0)
				return r;
			value = *call->result;
			continue;
		}
		if (value.kind != VALUE_JSON || value.json->type != JSON_OBJECT)
			return fail_call(call, "its first argument has no items");
		member = json_get(value.json, text_of(call, key));
		value = (struct value) { .kind = member ? VALUE_JSON : VALUE_NONE, .json = member };
		if (!member) /* an empty text, as Go's maps of strings have it */
			value = (struct value) { .kind = VALUE_TEXT, .text = "" };
	}
	*call->result = value;
	return 0;
}

static int call_print(struct call *call)
{
	bool is_line = strcmp(call->name, "println") == 0;
	struct str text = STR_INIT;

	for (size_t i = 0; i < call->count; i++) {
		str_append(&text, is_line && i ? " " : "");
		value_print(&call->args[i], &text);
	}
	str_append(&text, is_line ? "\n" : "");
	return return_text(call, &text);
}

/* One %-verb with its flags and width; returns where the format goes on, NULL for an unknown one. */
static const char *print_verb(struct call *call, const char *format, const struct value *value,
			      struct str *out)
{
	size_t width_len = strspn(format, "-0123456789.");
	const char verb = format[width_len];
	const char *text = value ? text_of(call, value) : "";
	int width = (int)strtol(format, NULL, 10);
	struct str quoted = STR_INIT;
	struct json_writer writer = JSON_WRITER(&quoted);

	if (!verb || !strchr("svdqxt", verb) || width > 256 || width < -256)
		return NULL;
	if (verb == 'q') {
		json_string(&writer, NULL, text);
		str_appendf(out, "%*s", width, quoted.data ? quoted.data : "");
		str_release(&quoted);
	} else if (verb == 'x' && value && value->kind == VALUE_NUMBER) {
		str_appendf(out, "%*" PRIx64, width, (uint64_t)value->number);
	} else {
		str_appendf(out, "%*s", width, text);
	}
	return format + width_len + 1;
}

static int call_printf(struct call *call)
{
	const char *format = text_of(call, &call->args[0]);
	struct str text = STR_INIT;
	size_t next = 1;

	while (format && *format) {
		if (*format != '%') {
			str_append_char(&text, *format++);
		} else if (format[1] == '%') {
			str_append_char(&text, '%');
			format += 2;
		} else {
			const struct value *value = next < call->count ? &call->args[next] : NULL;

			format = print_verb(call, format + 1, value, &text);
			next++;
		}
	}
	if (format && next == call->count)
		return return_text(call, &text);
	str_release(&text);
	return fail_call(call, format ? "verbs and arguments are not the same number"
				      : "knows the verbs %s %v %d %q %x %t");
}

static int call_truncate(struct call *call)
{
	const char *from = text_of(call, &call->args[0]);
	const struct value *width = &call->args[1];
	struct str text = STR_INIT;

	if (width->kind != VALUE_NUMBER || width->number < 0)
		return fail_call(call, "its second argument is no number");
	str_append_len(&text, from, strnlen(from, (size_t)width->number));
	return return_text(call, &text);
}

static int call_pad(struct call *call)
{
	const char *from = text_of(call, &call->args[0]);
	struct str text = STR_INIT;

	for (size_t i = 1; i < 3; i++)
		if (call->args[i].kind != VALUE_NUMBER || call->args[i].number < 0 ||
		    call->args[i].number > 256)
			return fail_call(call, "its widths are 0 to 256");
	if (*from)
		str_appendf(&text, "%*s%s%*s", (int)call->args[1].number, "", from,
			    (int)call->args[2].number, "");
	return return_text(call, &text);
}

static const struct {
	const char *name;
	size_t min;
	size_t max;
	int (*run)(struct call *call);
} functions[] = {
	{ "index", 1, VALUE_ARGS_MAX, call_index },
	{ "join", 2, 2, call_join },
	{ "json", 1, 1, call_json },
	{ "len", 1, 1, call_len },
	{ "lower", 1, 1, change_case },
	{ "pad", 3, 3, call_pad },
	{ "print", 0, VALUE_ARGS_MAX, call_print },
	{ "printf", 1, VALUE_ARGS_MAX, call_printf },
	{ "println", 0, VALUE_ARGS_MAX, call_print },
	{ "split", 2, 2, call_split },
	{ "title", 1, 1, change_case },
	{ "truncate", 2, 2, call_truncate },
	{ "upper", 1, 1, change_case },
};

bool value_has_function(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(functions); i++)
		if (strcmp(functions[i].name, name) == 0)
			return true;
	return false;
}

int value_call(struct value_arena *arena, const char *name, const struct value *args, size_t count,
	       struct value *ret_value)
{
	struct call call = {
		.arena = arena, .name = name, .args = args, .count = count, .result = ret_value
	};
	size_t i = 0;

	while (i < ARRAY_LEN(functions) && strcmp(functions[i].name, name) != 0)
		i++;
	if (i == ARRAY_LEN(functions))
		return fail(arena->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--format: there is no function '%.100s'", name);
	if (count < functions[i].min || count > functions[i].max)
		return fail_call(&call, "wrong number of arguments");
	*ret_value = (struct value) { .kind = VALUE_NONE };
	/* without data the arguments are nothing, which most functions would complain of */
	return arena->checks_only ? 0 : functions[i].run(&call);
}
