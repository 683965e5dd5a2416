/* SPDX-License-Identifier: MIT */
#ifndef CLI_FILTER_H
#define CLI_FILTER_H

#include "base/str.h"

#include <stdbool.h>

/*
 * The option --filter KEY=VALUE, given any number of times. What several filters of one key ask for
 * is an alternative, what different keys ask for must hold together, as with docker.
 */

/**
 * Refuses filters that have no '=' or another key than those of @keys.
 *
 * @keys: NULL-terminated
 * Errors: INVALID_ARGUMENT.
 */
int filter_check(const struct strv *filters, const char *const *keys,
		 struct containr_error *err) MUST_CHECK;

/** Whether any filter has this key. */
bool filter_has(const struct strv *filters, const char *key);

/** Whether @text is what a filter asks for by its value @wanted. */
typedef bool filter_match(const char *text, const char *wanted);

/** Whether the filters of @key let @text pass: one of them matches it, or there are none. */
bool filter_passes(const struct strv *filters, const char *key, const char *text,
		   filter_match *match);

/**
 * Whether the filters "label" let an object with these labels pass: it must have every label that
 * they name, by KEY or by KEY=VALUE.
 *
 * @labels: KEY=VALUE, NULL-terminated
 */
bool filter_passes_labels(const struct strv *filters, char *const *labels);

/* Ways to match. */
bool filter_is_equal(const char *text, const char *wanted);
bool filter_begins_with(const char *text, const char *wanted);
bool filter_contains(const char *text, const char *wanted);

#endif
