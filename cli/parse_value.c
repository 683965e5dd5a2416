/* SPDX-License-Identifier: MIT */
#include "cli/parse.h"

#include "cli/nearest.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define NANO_DIGITS 9

static bool word_is_one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (strcmp(text, *words) == 0)
			return true;
	return false;
}

/* The words of Go's strconv.ParseBool, which docker's users know. */
static int read_bool(const char *what, const char *text, bool *ret_value,
		     struct containr_error *err)
{
	static const char *const yes[] = { "1", "t", "T", "TRUE", "true", "True", NULL };
	static const char *const no[] = { "0", "f", "F", "FALSE", "false", "False", NULL };

	if (!text || word_is_one_of(text, yes)) {
		*ret_value = true;
		return 0;
	}
	if (word_is_one_of(text, no)) {
		*ret_value = false;
		return 0;
	}
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not true or false", what, text);
	return fail_hint(err, "write %s, %s=true or %s=false", what, what, what);
}

static int fail_cpus(const char *what, const char *text, struct containr_error *err)
{
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not a number of CPUs", what,
		   text);
	return fail_hint(err, "write a decimal number with at most nine digits behind the point, "
			      "e.g. 0.5");
}

/* Exact: a double would turn 0.3 CPUs into 299999999 billionths. */
static int read_cpus(const char *what, const char *text, int64_t *ret_nanos,
		     struct containr_error *err)
{
	int64_t nanos = 0;
	int behind = -1; /* digits behind the point; -1 before it */
	bool any = false;

	for (const char *p = text; *p; p++) {
		if (*p == '.' && behind < 0) {
			behind = 0;
			continue;
		}
		if (!isdigit((unsigned char)*p) || behind == NANO_DIGITS ||
		    __builtin_mul_overflow(nanos, (int64_t)10, &nanos) ||
		    __builtin_add_overflow(nanos, (int64_t)(*p - '0'), &nanos))
			return fail_cpus(what, text, err);
		any = true;
		behind += behind >= 0 ? 1 : 0;
	}
	if (!any)
		return fail_cpus(what, text, err);
	for (int i = behind < 0 ? 0 : behind; i < NANO_DIGITS; i++)
		if (__builtin_mul_overflow(nanos, (int64_t)10, &nanos))
			return fail_cpus(what, text, err);
	*ret_nanos = nanos;
	return 0;
}

static int read_choice(const struct opt *opt, const char *what, const char *text, int *ret_index,
		       struct containr_error *err)
{
	char words[192] = "";
	struct nearest nearest = NEAREST_TO(text);
	size_t used = 0;

	for (int i = 0; opt->choices[i]; i++) {
		if (strcmp(opt->choices[i], text) == 0) {
			*ret_index = i;
			return 0;
		}
		nearest_offer(&nearest, opt->choices[i]);
		if (used < sizeof(words))
			used += (size_t)snprintf(words + used, sizeof(words) - used, "%s%s",
						 i ? ", " : "", opt->choices[i]);
	}
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: '%s' is not one of %s", what, text,
		   words);
	return nearest.found ? fail_hint(err, "did you mean '%s'?", nearest.found) : -err->code;
}

static int read_int(const struct opt *opt, const char *what, const char *text, int64_t *ret_value,
		    struct containr_error *err)
{
	bool unbounded = opt->min == 0 && opt->max == 0;

	return parse_int64(text, what, unbounded ? INT64_MIN : opt->min,
			   unbounded ? INT64_MAX : opt->max, ret_value, err);
}

int parse_value(const struct opt *opt, const char *text, void *args, struct containr_error *err)
{
	void *member = (char *)args + opt->offset;
	struct strv *list = member;
	char what[80];

	(void)snprintf(what, sizeof(what), "--%s", opt->name);
	if (opt->minus_one && strcmp(text, "-1") == 0) {
		*(int64_t *)member = -1;
		return 0;
	}
	switch (opt->type) {
	case OPT_FLAG:
		return read_bool(what, text, member, err);
	case OPT_STRING:
	case OPT_FORMAT:
		*(const char **)member = text;
		return 0;
	case OPT_INT:
		return read_int(opt, what, text, member, err);
	case OPT_BYTES:
		return parse_bytes(text, what, member, err);
	case OPT_DURATION:
		return parse_duration(text, what, member, err);
	case OPT_CPUS:
		return read_cpus(what, text, member, err);
	case OPT_CHOICE:
		return read_choice(opt, what, text, member, err);
	case OPT_STRINGS:
		strv_push(list, text);
		return list->failed ? fail_oom(err) : 0;
	case OPT_END:
		break;
	}
	return fail(err, CONTAINR_E_INVALID_ARGUMENT, "%s: has no type", what);
}
