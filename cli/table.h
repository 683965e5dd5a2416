/* SPDX-License-Identifier: MIT */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "base/str.h"

#include <stddef.h>

/*
 * A table of text as docker prints it: a line of headings, columns three blanks apart, none
 * narrower than ten. Cells are filled row by row; failed allocations show in the printed string.
 * Control characters in a cell are shown as \xNN: names and commands come from containers, and a
 * terminal would obey them.
 *
 *	autotable table = TABLE("CONTAINER ID", "IMAGE");
 *
 *	table_cell(&table, id);
 *	table_cell(&table, image);
 *	table_write(&table, out);
 */
struct table {
	const char *const *headings; /* NULL-terminated, borrowed */
	struct strv cells;
	size_t min_width; /* of a column with its padding; 0: docker's usual ten */
};

#define TABLE(...) ((struct table) { .headings = (const char *const[]) { __VA_ARGS__, NULL } })
#define autotable __attribute__((cleanup(table_release))) struct table

void table_release(struct table *table);
/** Appends a cell, a copy of @text; NULL is an empty one. */
void table_cell(struct table *table, const char *text);
void table_cellf(struct table *table, const char *fmt, ...) PRINTF_LIKE(2, 3);
/** Appends the table to @out. */
void table_write(const struct table *table, struct str *out);

#endif
