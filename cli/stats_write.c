/* SPDX-License-Identifier: MIT */
#include "cli/stats_rows.h"

#include "base/json.h"
#include "base/time.h"
#include "cli/human.h"
#include "cli/table.h"

#include <string.h>

#define SHORT_ID_LEN 12
#define UNKNOWN "--"

static double memory_percent(const struct containr_stats *stats)
{
	if (stats->memory_limit_bytes <= 0)
		return 0;
	return 100.0 * (double)stats->memory_usage_bytes / (double)stats->memory_limit_bytes;
}

static void put_memory(struct table *table, const struct containr_stats *stats)
{
	char usage[HUMAN_TEXT_SIZE];
	char limit[HUMAN_TEXT_SIZE];

	human_size_binary(stats->memory_usage_bytes, usage);
	human_size_binary(stats->memory_limit_bytes, limit);
	table_cellf(table, "%s / %s", usage, limit);
	table_cellf(table, "%.2f%%", memory_percent(stats));
}

/* Both directions in one cell, as docker has them. */
static void put_traffic(struct table *table, int64_t in, int64_t out)
{
	char in_text[HUMAN_TEXT_SIZE];
	char out_text[HUMAN_TEXT_SIZE];

	if (in < 0 || out < 0) {
		table_cell(table, UNKNOWN " / " UNKNOWN);
		return;
	}
	human_size(in, 3, in_text);
	human_size(out, 3, out_text);
	table_cellf(table, "%s / %s", in_text, out_text);
}

static void put_row(struct table *table, const struct stats_row *row, bool no_trunc)
{
	const struct containr_stats *stats = &row->stats;

	table_cellf(table, "%.*s", no_trunc ? CONTAINR_ID_LENGTH : SHORT_ID_LEN, row->id);
	table_cell(table, row->name);
	if (row->has_cpu)
		table_cellf(table, "%.2f%%", row->cpu_percent);
	else
		table_cell(table, UNKNOWN);
	if (!row->is_running) {
		table_cell(table, UNKNOWN " / " UNKNOWN);
		table_cell(table, UNKNOWN);
		table_cell(table, UNKNOWN " / " UNKNOWN);
		table_cell(table, UNKNOWN " / " UNKNOWN);
		table_cell(table, UNKNOWN);
		return;
	}
	put_memory(table, stats);
	put_traffic(table, stats->network_rx_bytes, stats->network_tx_bytes);
	put_traffic(table, stats->block_read_bytes, stats->block_write_bytes);
	table_cellf(table, "%lld", (long long)stats->pids_current);
}

void stats_rows_write_table(const struct stats_rows *rows, bool no_trunc, struct str *out)
{
	autotable table = TABLE("CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %",
				"NET I/O", "BLOCK I/O", "PIDS");

	for (size_t i = 0; i < rows->count; i++)
		put_row(&table, &rows->items[i], no_trunc);
	table_write(&table, out);
}

/* What is not known, or not limited, is null. */
static void write_number(struct json_writer *writer, const char *key, int64_t value)
{
	if (value < 0 || value == INT64_MAX)
		json_string(writer, key, NULL);
	else
		json_int(writer, key, value);
}

static void write_numbers(struct json_writer *writer, const struct stats_row *row)
{
	const struct containr_stats *stats = &row->stats;
	char time[TIME_TEXT_SIZE];

	time_format_utc(stats->time_ns, time);
	json_string(writer, "time", time);
	if (row->has_cpu)
		json_number(writer, "cpu_percent", row->cpu_percent);
	else
		json_string(writer, "cpu_percent", NULL);
	json_int(writer, "cpu_total_ns", stats->cpu_total_ns);
	json_int(writer, "cpu_user_ns", stats->cpu_user_ns);
	json_int(writer, "cpu_system_ns", stats->cpu_system_ns);
	json_int(writer, "memory_usage_bytes", stats->memory_usage_bytes);
	write_number(writer, "memory_limit_bytes", stats->memory_limit_bytes);
	write_number(writer, "memory_max_bytes", stats->memory_max_bytes);
	json_number(writer, "memory_percent", memory_percent(stats));
	json_int(writer, "network_rx_bytes", stats->network_rx_bytes);
	json_int(writer, "network_tx_bytes", stats->network_tx_bytes);
	write_number(writer, "block_read_bytes", stats->block_read_bytes);
	write_number(writer, "block_write_bytes", stats->block_write_bytes);
	json_int(writer, "pids", stats->pids_current);
	write_number(writer, "pids_limit", stats->pids_limit);
}

void stats_rows_write_json(const struct stats_rows *rows, bool pretty, struct str *out)
{
	struct json_writer writer = pretty ? JSON_WRITER_PRETTY(out) : JSON_WRITER(out);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < rows->count; i++) {
		const struct stats_row *row = &rows->items[i];

		json_open_object(&writer, NULL);
		json_string(&writer, "id", row->id);
		json_string(&writer, "name", row->name);
		json_bool(&writer, "running", row->is_running);
		if (row->is_running)
			write_numbers(&writer, row);
		json_close_object(&writer);
	}
	json_close_array(&writer);
	str_append_char(out, '\n');
}
