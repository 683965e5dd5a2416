/* SPDX-License-Identifier: MIT */
#ifndef CLI_FORMAT_H
#define CLI_FORMAT_H

#include "base/json.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * The option --format of commands that print data: "table", "json", a template, or "table TEMPLATE"
 * with columns parted by tabs. In a template "\t" and "\n" stand for what they mean, as docker has
 * it. JSON and the usual table are the command's own; this is all the rest.
 */

/* What stands above a column of a field. */
struct format_heading {
	const char *field; /* NULL ends the list */
	const char *heading;
};

/** Refuses a --format that is none of these. NULL is fine. Errors: INVALID_ARGUMENT. */
int format_check(const char *format, struct containr_error *err) MUST_CHECK;

/** Whether @format has a template. */
bool format_has_template(const char *format);

/**
 * Appends rows as a template asks: a line each, or a table.
 *
 * @rows:     JSON, an array of objects
 * @headings: of the fields, for tables
 * Errors: INVALID_ARGUMENT.
 */
int format_rows(const char *format, const struct str *rows, const struct format_heading *headings,
		struct str *out, struct containr_error *err) MUST_CHECK;

#endif
