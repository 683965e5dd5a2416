/* SPDX-License-Identifier: MIT */
#include "cli/stats_rows.h"

#include "base/cleanup.h"
#include "cli/container_list.h"

#include <string.h>

void stats_rows_release(struct stats_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->items[i].name);
	free(rows->items);
	*rows = (struct stats_rows) { 0 };
}

static const struct stats_row *find_row(const struct stats_rows *rows, const char *id)
{
	for (size_t i = 0; i < rows->count; i++)
		if (strcmp(rows->items[i].id, id) == 0)
			return &rows->items[i];
	return NULL;
}

/* Two busy CPUs are 200 %. A container that was started anew counts from zero again. */
static void set_cpu(struct stats_row *row, const struct stats_row *before)
{
	int64_t used;
	int64_t passed;

	if (!before || !before->is_running)
		return;
	used = row->stats.cpu_total_ns - before->stats.cpu_total_ns;
	passed = row->stats.time_ns - before->stats.time_ns;
	if (before->stats.cpu_total_ns < 0 || used < 0 || passed <= 0)
		return;
	row->cpu_percent = 100.0 * (double)used / (double)passed;
	row->has_cpu = true;
}

static int fill_row(struct containr *engine, const struct containr_container *container,
		    const struct stats_rows *before, struct stats_row *row,
		    struct containr_error *err)
{
	struct containr_error ended;

	memcpy(row->id, container->id, sizeof(row->id));
	row->name = strdup(container->name ? container->name : "");
	if (!row->name)
		return fail_oom(err);
	if (strcmp(container->status, "running") != 0)
		return 0;
	/* it may end before its numbers are read: then it is one that does not run */
	row->is_running = containr_stats_read(engine, row->id, &row->stats, &ended) == 0;
	if (row->is_running)
		set_cpu(row, find_row(before, row->id));
	return 0;
}

static int find_containers(struct containr *engine, char *const *names, bool all,
			   struct container_list *list, struct containr_error *err)
{
	int r = 0;

	if (!*names)
		return containr_container_list(engine, all, &list->items, &list->count, err);
	for (size_t i = 0; names[i] && r == 0; i++) {
		struct containr_container **items =
			reallocarray(list->items, i + 1, sizeof(struct containr_container *));

		if (!items)
			return fail_oom(err);
		list->items = items;
		r = containr_container_find(engine, names[i], &items[i], err);
		if (r == 0)
			list->count++;
	}
	return r;
}

int stats_rows_read(struct containr *engine, char *const *names, bool all,
		    const struct stats_rows *before, struct stats_rows *ret_rows,
		    struct containr_error *err)
{
	autocontainerlist list = { 0 };
	autostatsrows rows = { 0 };
	int r = find_containers(engine, names, all, &list, err);

	if (r < 0)
		return r;
	rows.items = calloc(list.count ? list.count : 1, sizeof(*rows.items));
	if (!rows.items)
		return fail_oom(err);
	for (size_t i = 0; i < list.count && r == 0; i++) {
		rows.count++;
		r = fill_row(engine, list.items[i], before, &rows.items[i], err);
	}
	if (r < 0)
		return r;
	*ret_rows = rows;
	rows = (struct stats_rows) { 0 };
	return 0;
}
