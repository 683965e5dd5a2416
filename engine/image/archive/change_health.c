/* SPDX-License-Identifier: MIT */
#include "image/archive/change_health.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "image/healthcheck.h"

#include <ctype.h>
#include <string.h>

#define VALUE_MAX 64

static const struct flag {
	const char *name; /* with the "=" */
	size_t offset;
	bool is_number;
} flags[] = {
	{ "--interval=", offsetof(struct containr_healthcheck, interval_ns), false },
	{ "--timeout=", offsetof(struct containr_healthcheck, timeout_ns), false },
	{ "--start-period=", offsetof(struct containr_healthcheck, start_period_ns), false },
	{ "--start-interval=", offsetof(struct containr_healthcheck, start_interval_ns), false },
	{ "--retries=", offsetof(struct containr_healthcheck, retries), true },
};

static const char *skip_blanks(const char *text)
{
	while (isspace((unsigned char)*text))
		text++;
	return text;
}

static int fail_change(const char **problem, const char *text)
{
	*problem = text;
	return -1;
}

static const struct flag *find_flag(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (str_starts_with(text, flags[i].name))
			return &flags[i];
	return NULL;
}

/* Docker takes 0 for "as usual". */
static int read_flag(const struct flag *flag, const char *value, struct containr_healthcheck *check,
		     const char **problem)
{
	int64_t *slot = (int64_t *)(void *)((char *)check + flag->offset);
	struct containr_error ignored;

	if (flag->is_number)
		return parse_int64(value, "", 0, INT32_MAX, slot, &ignored) < 0
			       ? fail_change(problem, "--retries is a number, not negative")
			       : 0;
	if (parse_duration(value, "", slot, &ignored) < 0)
		return fail_change(problem, "expected a time, e.g. --interval=30s");
	if (*slot != 0 && *slot < HEALTHCHECK_MIN_NS)
		return fail_change(problem, "a time cannot be less than 1ms");
	return 0;
}

static int read_flags(const char **text, struct containr_healthcheck *check, const char **problem)
{
	while (str_starts_with(*text, "--")) {
		const struct flag *flag = find_flag(*text);
		const char *value;
		char copy[VALUE_MAX];
		size_t len;
		int r;

		if (!flag)
			return fail_change(problem,
					   "known are --interval= --timeout= --start-period= "
					   "--start-interval= --retries=");
		value = *text + strlen(flag->name);
		len = 0;
		while (value[len] && !isspace((unsigned char)value[len]))
			len++;
		if (len >= sizeof(copy))
			return fail_change(problem, "a value is too long");
		(void)snprintf(copy, sizeof(copy), "%.*s", (int)len, value);
		r = read_flag(flag, copy, check, problem);
		if (r < 0)
			return r;
		*text = skip_blanks(value + len);
	}
	return 0;
}

/* ["program", "argument"], or a line for the shell. */
static int read_command(const char *text, struct strv *test, const char **problem)
{
	autojson doc = { 0 };
	struct containr_error ignored;

	if (*text != '[') {
		strv_push(test, "CMD-SHELL");
		strv_push(test, text);
		return 0;
	}
	if (json_parse(text, strlen(text), "list", &doc, &ignored) < 0)
		return fail_change(problem, "the list is no JSON");
	strv_push(test, "CMD");
	for (const struct json *item = json_first(doc.root); item; item = item->next) {
		if (item->type != JSON_STRING || strlen(item->string) != item->len)
			return fail_change(problem, "a list holds strings");
		strv_push(test, item->string);
	}
	return test->len > 1 ? 0 : fail_change(problem, "the list is empty");
}

static bool take_word(const char **text, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(*text, word, len) != 0 ||
	    ((*text)[len] && !isspace((unsigned char)(*text)[len])))
		return false;
	*text = skip_blanks(*text + len);
	return true;
}

static int read_test(const char *text, struct strv *test, const char **problem)
{
	if (take_word(&text, "NONE")) {
		strv_push(test, "NONE");
		return *text ? fail_change(problem, "nothing follows NONE") : 0;
	}
	if (!take_word(&text, "CMD"))
		return fail_change(problem, "expected CMD or NONE");
	return *text ? read_command(text, test, problem)
		     : fail_change(problem, "a command has to follow CMD");
}

int change_health_apply(const char *text, struct containr_healthcheck *check, const char **problem)
{
	struct containr_healthcheck fresh = { 0 };
	struct strv test = { 0 };
	int r;

	*problem = NULL;
	text = skip_blanks(text);
	r = read_flags(&text, &fresh, problem);
	if (r == 0)
		r = read_test(text, &test, problem);
	if (r == 0 && test.failed)
		r = -CONTAINR_E_OUT_OF_MEMORY;
	if (r < 0) {
		strv_release(&test);
		return r;
	}
	healthcheck_release(check);
	*check = fresh;
	check->test = test.items;
	return 0;
}
