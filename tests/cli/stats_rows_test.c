/* SPDX-License-Identifier: MIT */
#include "cli/stats_rows.h"

#include "base/cleanup.h"
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static char web[] = "web";
static char gone[] = "gone";

static const struct containr_stats numbers = {
	.time_ns = INT64_C(1764072000000000000),
	.cpu_total_ns = 5000000000,
	.memory_usage_bytes = 32 << 20,
	.memory_limit_bytes = 64 << 20,
	.memory_max_bytes = -1,
	.pids_current = 3,
	.pids_limit = INT64_MAX,
	.network_rx_bytes = 1500,
	.network_tx_bytes = 0,
	.block_read_bytes = -1,
	.block_write_bytes = -1,
};

static struct stats_row rows[] = {
	{ .id = ID, .name = web, .is_running = true, .has_cpu = true, .cpu_percent = 150.25 },
	{ .id = ID, .name = gone },
};

static int fill_rows(void **state)
{
	(void)state;
	rows[0].stats = numbers;
	return 0;
}

static void the_table_has_dockers_columns(void **state)
{
	static const char expected[] =
		"CONTAINER ID   NAME      CPU %     MEM USAGE / LIMIT   MEM %     NET I/O      "
		"BLOCK I/O   PIDS\n"
		"0123456789ab   web       150.25%   32MiB / 64MiB       50.00%    1.5kB / 0B   -- "
		"/ --     3\n"
		"0123456789ab   gone      --        -- / --             --        -- / --      -- "
		"/ --     --\n";
	const struct stats_rows list = { .items = rows, .count = ARRAY_LEN(rows) };
	autostr out = STR_INIT;

	(void)state;
	stats_rows_write_table(&list, false, &out);
	assert_string_equal(out.data, expected);
}

static void json_has_null_for_what_is_not_known(void **state)
{
	const struct stats_rows list = { .items = rows, .count = ARRAY_LEN(rows) };
	struct containr_error err = { 0 };
	autostr out = STR_INIT;
	autojson doc = { 0 };
	const struct json *row;

	(void)state;
	stats_rows_write_json(&list, false, &out);
	assert_ptr_equal(strchr(out.data, '\n'), out.data + out.len - 1); /* a line each time */
	assert_int_equal(json_parse(out.data, out.len, "stats", &doc, &err), 0);
	row = json_first(doc.root);
	assert_string_equal(json_get(row, "name")->string, "web");
	assert_int_equal(json_get(row, "memory_usage_bytes")->integer, 32 << 20);
	assert_true(json_get(row, "cpu_percent")->number == 150.25);
	assert_null(json_get(row, "block_read_bytes"));
	assert_null(json_get(row, "pids_limit"));
	assert_null(json_get(row, "memory_max_bytes"));
	assert_int_equal(json_get(row->next, "running")->type, JSON_FALSE);
	assert_null(json_get(row->next, "pids"));
}

static void names_cannot_drive_the_terminal(void **state)
{
	char evil[] = "a\033[2Jb";
	struct stats_row row = { .id = ID, .name = evil };
	const struct stats_rows list = { .items = &row, .count = 1 };
	autostr out = STR_INIT;

	(void)state;
	stats_rows_write_table(&list, false, &out);
	assert_null(strchr(out.data, '\033'));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_has_dockers_columns),
		cmocka_unit_test(json_has_null_for_what_is_not_known),
		cmocka_unit_test(names_cannot_drive_the_terminal),
	};

	return cmocka_run_group_tests(tests, fill_rows, NULL);
}
