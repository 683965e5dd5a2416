/* SPDX-License-Identifier: MIT */
#ifndef CLI_STATS_ROWS_H
#define CLI_STATS_ROWS_H

#include <containr/container.h>

#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* What `stats` shows at one moment. */

struct stats_row {
	char id[CONTAINR_ID_LENGTH + 1];
	char *name;
	struct containr_stats stats;
	bool is_running; /* else `stats` says nothing */
	bool has_cpu;	 /* there was an earlier sample to compare with */
	double cpu_percent;
};

struct stats_rows {
	struct stats_row *items;
	size_t count;
};

#define autostatsrows __attribute__((cleanup(stats_rows_release))) struct stats_rows

void stats_rows_release(struct stats_rows *rows);

/**
 * Reads the numbers of containers.
 *
 * @names:    NULL-terminated; an empty list stands for all that run
 * @all:      without names: also those that do not run
 * @before:   an earlier reading; a container's use of the CPU is that since then
 * @ret_rows: the caller's to release
 * Errors: CONTAINER_NOT_FOUND, and those of reading the state.
 */
int stats_rows_read(struct containr *engine, char *const *names, bool all,
		    const struct stats_rows *before, struct stats_rows *ret_rows,
		    struct containr_error *err) MUST_CHECK;

/** Appends a table with docker's columns; what is not known is "--". */
void stats_rows_write_table(const struct stats_rows *rows, bool no_trunc, struct str *out);

/** Appends what a template makes of docker's columns. Errors: INVALID_ARGUMENT. */
int stats_rows_write_template(const struct stats_rows *rows, bool no_trunc, const char *format,
			      struct str *out, struct containr_error *err) MUST_CHECK;

/** Appends one JSON array and a newline; @pretty: broken into lines. */
void stats_rows_write_json(const struct stats_rows *rows, bool pretty, struct str *out);

#endif
