/* SPDX-License-Identifier: MIT */
#include "cli/stats_rows.h"

#include "base/json.h"
#include "base/time.h"
#include "cli/format.h"
#include "cli/human.h"
#include "cli/table.h"

#include <stdio.h>
#include <string.h>

#define SHORT_ID_LEN 12
#define UNKNOWN "--"

static double memory_percent(const struct containr_stats *stats)
{
	if (stats->memory_limit_bytes <= 0)
		return 0;
	return 100.0 * (double)stats->memory_usage_bytes / (double)stats->memory_limit_bytes;
}

/* The texts of a row, in the order of the columns. */
enum column { ID, NAME, CPU, MEMORY, MEMORY_PERCENT, NETWORK, BLOCK, PIDS, COLUMN_COUNT };

struct texts {
	char text[COLUMN_COUNT][2 * HUMAN_TEXT_SIZE + CONTAINR_ID_LENGTH];
};

#define TEXT_SIZE sizeof(((struct texts *)0)->text[0])

/* Both directions in one cell, as docker has them. */
static void put_pair(char *text, const char *first, const char *second)
{
	(void)snprintf(text, TEXT_SIZE, "%s / %s", first, second);
}

static void put_traffic(char *text, int64_t in, int64_t out)
{
	char in_text[HUMAN_TEXT_SIZE] = UNKNOWN;
	char out_text[HUMAN_TEXT_SIZE] = UNKNOWN;

	if (in >= 0 && out >= 0) {
		human_size(in, 3, in_text);
		human_size(out, 3, out_text);
	}
	put_pair(text, in_text, out_text);
}

static void put_numbers(struct texts *texts, const struct containr_stats *stats)
{
	char usage[HUMAN_TEXT_SIZE];
	char limit[HUMAN_TEXT_SIZE];

	human_size_binary(stats->memory_usage_bytes, usage);
	human_size_binary(stats->memory_limit_bytes, limit);
	if (stats->memory_usage_bytes >= 0) {
		put_pair(texts->text[MEMORY], usage, limit);
		(void)snprintf(texts->text[MEMORY_PERCENT], TEXT_SIZE, "%.2f%%",
			       memory_percent(stats));
	}
	put_traffic(texts->text[NETWORK], stats->network_rx_bytes, stats->network_tx_bytes);
	put_traffic(texts->text[BLOCK], stats->block_read_bytes, stats->block_write_bytes);
	if (stats->pids_current >= 0)
		(void)snprintf(texts->text[PIDS], TEXT_SIZE, "%lld",
			       (long long)stats->pids_current);
}

static void describe(const struct stats_row *row, bool no_trunc, struct texts *texts)
{
	(void)snprintf(texts->text[ID], TEXT_SIZE, "%.*s",
		       no_trunc ? CONTAINR_ID_LENGTH : SHORT_ID_LEN, row->id);
	for (int i = CPU; i < COLUMN_COUNT; i++)
		(void)snprintf(texts->text[i], TEXT_SIZE, "%s",
			       i == MEMORY || i == NETWORK || i == BLOCK ? UNKNOWN " / " UNKNOWN
									 : UNKNOWN);
	if (row->has_cpu)
		(void)snprintf(texts->text[CPU], TEXT_SIZE, "%.2f%%", row->cpu_percent);
	if (row->is_running)
		put_numbers(texts, &row->stats);
}

void stats_rows_write_table(const struct stats_rows *rows, bool no_trunc, struct str *out)
{
	autotable table = TABLE("CONTAINER ID", "NAME", "CPU %", "MEM USAGE / LIMIT", "MEM %",
				"NET I/O", "BLOCK I/O", "PIDS");

	for (size_t i = 0; i < rows->count; i++) {
		struct texts texts;

		describe(&rows->items[i], no_trunc, &texts);
		for (int k = 0; k < COLUMN_COUNT; k++)
			table_cell(&table, k == NAME ? rows->items[i].name : texts.text[k]);
	}
	table_write(&table, out);
}

int stats_rows_write_template(const struct stats_rows *rows, bool no_trunc, const char *format,
			      struct str *out, struct containr_error *err)
{
	static const struct format_heading columns[] = {
		[ID] = { "ID", "CONTAINER ID" },
		[NAME] = { "Name", "NAME" },
		[CPU] = { "CPUPerc", "CPU %" },
		[MEMORY] = { "MemUsage", "MEM USAGE / LIMIT" },
		[MEMORY_PERCENT] = { "MemPerc", "MEM %" },
		[NETWORK] = { "NetIO", "NET I/O" },
		[BLOCK] = { "BlockIO", "BLOCK I/O" },
		[PIDS] = { "PIDs", "PIDS" },
		[COLUMN_COUNT] = { "Container", "CONTAINER" },
		{ NULL, NULL },
	};
	autostr text = STR_INIT;
	struct json_writer writer = JSON_WRITER(&text);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < rows->count; i++) {
		struct texts texts;

		describe(&rows->items[i], no_trunc, &texts);
		json_open_object(&writer, NULL);
		for (int k = 0; k < COLUMN_COUNT; k++)
			json_string(&writer, columns[k].field,
				    k == NAME ? rows->items[i].name : texts.text[k]);
		json_string(&writer, "Container", texts.text[ID]);
		json_close_object(&writer);
	}
	json_close_array(&writer);
	return format_rows(format, &text, columns, out, err);
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
	write_number(writer, "cpu_total_ns", stats->cpu_total_ns);
	write_number(writer, "cpu_user_ns", stats->cpu_user_ns);
	write_number(writer, "cpu_system_ns", stats->cpu_system_ns);
	write_number(writer, "memory_usage_bytes", stats->memory_usage_bytes);
	write_number(writer, "memory_limit_bytes", stats->memory_limit_bytes);
	write_number(writer, "memory_max_bytes", stats->memory_max_bytes);
	if (stats->memory_usage_bytes >= 0)
		json_number(writer, "memory_percent", memory_percent(stats));
	else
		json_string(writer, "memory_percent", NULL);
	json_int(writer, "network_rx_bytes", stats->network_rx_bytes);
	json_int(writer, "network_tx_bytes", stats->network_tx_bytes);
	write_number(writer, "block_read_bytes", stats->block_read_bytes);
	write_number(writer, "block_write_bytes", stats->block_write_bytes);
	write_number(writer, "pids", stats->pids_current);
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
