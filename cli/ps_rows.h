/* SPDX-License-Identifier: MIT */
#ifndef CLI_PS_ROWS_H
#define CLI_PS_ROWS_H

#include <containr/container.h>

#include "base/json.h"

#include <stdbool.h>

/* Which containers `ps` shows, and what a template can show of them. */

struct ps_filter {
	struct containr *engine;
	const struct strv *filters; /* borrowed */
	int64_t before_ns;	    /* created before this; INT64_MAX: all */
	int64_t since_ns;	    /* created after this; 0: all */
};

/** Refuses keys and values that are none. Errors: INVALID_ARGUMENT. */
int ps_filter_check(const struct strv *filters, struct containr_error *err) MUST_CHECK;

/** Whether the filters ask for containers that do not run, too. */
bool ps_filter_means_all(const struct strv *filters);

/** Finds the containers that the filters name. Errors: CONTAINER_NOT_FOUND. */
int ps_filter_prepare(struct containr *engine, const struct strv *filters,
		      struct ps_filter *ret_filter, struct containr_error *err) MUST_CHECK;

bool ps_filter_passes(const struct ps_filter *filter, const struct containr_container *container);

/**
 * Writes the members of a row that are the same whatever the options say.
 *
 * @format: the template; what has to be looked up is only written where it is asked for
 */
void ps_row_write(struct json_writer *writer, struct containr *engine,
		  const struct containr_container *container, const char *format);

#define PS_SIZE_TEXT 80

/** Writes the size of a container as docker does, "5B (virtual 4.2MB)"; "" where it is gone. */
void ps_size_text(struct containr *engine, const char *id, char ret_text[PS_SIZE_TEXT]);

#endif
