/* SPDX-License-Identifier: MIT */
#include "cli/opt.h"

#include "base/cleanup.h"

#include <string.h>

static bool name_is(const char *name, const char *text, size_t len)
{
	return strncmp(name, text, len) == 0 && name[len] == '\0';
}

static bool has_name(const struct opt *opt, const char *text, size_t len)
{
	if (name_is(opt->name, text, len))
		return true;
	for (size_t i = 0; opt->aliases && opt->aliases[i]; i++)
		if (name_is(opt->aliases[i], text, len))
			return true;
	return false;
}

const struct opt *opt_find_name(const struct opt *opts, const char *name, size_t len)
{
	for (const struct opt *opt = opts; opt_is_valid(opt); opt++)
		if (has_name(opt, name, len))
			return opt;
	return NULL;
}

const struct opt *opt_find_letter(const struct opt *opts, char letter)
{
	for (const struct opt *opt = opts; opt_is_valid(opt); opt++)
		if (opt->letter == letter && letter)
			return opt;
	return NULL;
}

static const char *const kind_names[] = {
#define KIND_NAME(id, text) [COMPLETE_##id] = (text),
	COMPLETE_TABLE(KIND_NAME)
#undef KIND_NAME
};

const char *complete_kind_name(enum complete_kind kind)
{
	return kind_names[kind];
}

bool complete_kind_parse(const char *name, enum complete_kind *ret_kind)
{
	for (size_t i = 0; i < ARRAY_LEN(kind_names); i++) {
		if (strcmp(kind_names[i], name) == 0) {
			*ret_kind = (enum complete_kind)i;
			return true;
		}
	}
	return false;
}
