/* SPDX-License-Identifier: MIT */
#ifndef CLI_TEMPLATE_H
#define CLI_TEMPLATE_H

#include "base/json.h"
#include "base/str.h"

/*
 * The part of Go's text/template that docker's --format is used with: text with actions in {{ }}.
 *
 *   {{.Names}}  {{.State.Status}}  {{json .Mounts}}  {{.Name | upper}}  {{index .Labels "team"}}
 *   {{join .Args ", "}}  {{printf "%s %d" .Name (len .Args)}}  {{- trims -}}  and remarks
 *
 * A field of an object is found by its name, whatever its first letters' case; one that is not
 * there is an error, except in maps such as Labels, where it is "<no value>". Control flow (if,
 * range, with, define) is refused. Text that comes from the data is made printable.
 */

/** Checks the form of a template. Errors: INVALID_ARGUMENT. */
int template_check(const char *text, struct containr_error *err) MUST_CHECK;

/**
 * Appends what the template makes of @data.
 *
 * Errors: INVALID_ARGUMENT naming the field or function.
 */
int template_render(const char *text, const struct json *data, struct str *out,
		    struct containr_error *err) MUST_CHECK;

#endif
