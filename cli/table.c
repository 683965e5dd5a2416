/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include "base/cleanup.h"
#include "cli/printable.h"

#include <string.h>

/* As docker's formatter sets Go's text/tabwriter: cells of at least 10, padding of 3. */
#define TABLE_MIN_WIDTH 10
#define TABLE_PADDING 3

void table_release(struct table *table)
{
	strv_release(&table->cells);
}

void table_cell(struct table *table, const char *text)
{
	autostr cell = STR_INIT;

	printable_append(&cell, text ? text : "");
	strv_push_take(&table->cells, str_steal(&cell));
}

void table_cellf(struct table *table, const char *fmt, ...)
{
	autofree char *text = NULL;
	va_list args;
	int len;

	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0) {
		text = NULL;
		strv_push_take(&table->cells, NULL);
		return;
	}
	table_cell(table, text);
}

static size_t column_count(const struct table *table)
{
	size_t count = 0;

	while (table->headings[count])
		count++;
	return count;
}

static size_t column_width(const struct table *table, size_t column, size_t columns)
{
	size_t width = printable_width(table->headings[column]);
	size_t least = table->min_width ? table->min_width : TABLE_MIN_WIDTH;

	for (size_t i = column; i < table->cells.len; i += columns) {
		size_t cell = printable_width(table->cells.items[i]);

		if (cell > width)
			width = cell;
	}
	width += TABLE_PADDING;
	return width < least ? least : width;
}

/* The last column ends with its text: no blanks before the line's end. */
static void put_cell(struct str *out, const char *text, size_t width, bool last)
{
	str_append(out, text);
	if (last) {
		str_append_char(out, '\n');
		return;
	}
	for (size_t i = printable_width(text); i < width; i++)
		str_append_char(out, ' ');
}

void table_write(const struct table *table, struct str *out)
{
	size_t columns = column_count(table);
	autofree size_t *widths = calloc(columns ? columns : 1, sizeof(*widths));

	if (columns == 0)
		return;
	if (table->cells.failed || !widths) {
		out->failed = true;
		return;
	}
	for (size_t i = 0; i < columns; i++)
		widths[i] = column_width(table, i, columns);
	for (size_t i = 0; i < columns; i++)
		put_cell(out, table->headings[i], widths[i], i + 1 == columns);
	for (size_t i = 0; i < table->cells.len; i++)
		put_cell(out, table->cells.items[i], widths[i % columns], (i + 1) % columns == 0);
}
