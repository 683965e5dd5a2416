/* SPDX-License-Identifier: MIT */
#include "cli/table.h"

#include "cli/printable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void columns_are_aligned_as_docker_aligns_them(void **state)
{
	autotable table = TABLE("CONTAINER ID", "UP", "NAMES");
	autostr out = STR_INIT;

	(void)state;
	table_cell(&table, "0123456789ab");
	table_cell(&table, "5");
	table_cell(&table, "web");
	table_cell(&table, "ba9876543210");
	table_cellf(&table, "%d", 42);
	table_cell(&table, "a-longer-name");
	table_write(&table, &out);
	assert_string_equal(out.data, "CONTAINER ID   UP        NAMES\n"
				      "0123456789ab   5         web\n"
				      "ba9876543210   42        a-longer-name\n");
}

static void table_without_rows_is_its_headings(void **state)
{
	autotable table = TABLE("A", "B");
	autostr out = STR_INIT;

	(void)state;
	table_write(&table, &out);
	assert_string_equal(out.data, "A         B\n");
}

static void width_counts_characters_not_bytes(void **state)
{
	autotable table = TABLE("NAME", "X");
	autostr out = STR_INIT;

	(void)state;
	table_cell(&table, "äöüäöüäöüäöü");
	table_cell(&table, "1");
	table_cell(&table, NULL);
	table_cell(&table, "2");
	table_write(&table, &out);
	assert_string_equal(out.data, "NAME           X\n"
				      "äöüäöüäöüäöü   1\n"
				      "               2\n");
}

static void cells_cannot_command_the_terminal(void **state)
{
	autotable table = TABLE("COMMAND");
	autostr out = STR_INIT;

	(void)state;
	table_cell(&table, "\033]0;title\a\n");
	table_write(&table, &out);
	assert_string_equal(out.data, "COMMAND\n\\x1b]0;title\\x07\\x0a\n");
}

static void failed_cell_fails_the_text(void **state)
{
	autotable table = TABLE("A");
	autostr out = STR_INIT;

	(void)state;
	table_cell(&table, "x");
	table.cells.failed = true;
	table_write(&table, &out);
	assert_true(out.failed);
}

static void only_well_formed_text_is_printable(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	printable_append(&out, "é€😀");			  /* 2, 3 and 4 bytes */
	printable_append(&out, " \xc2\x9b \x7f");	  /* C1 CSI, DEL */
	printable_append(&out, " \xff \xc0\xaf");	  /* no lead byte, overlong */
	printable_append(&out, " \xed\xa0\x80 \xe2\x82"); /* surrogate, cut off */
	assert_string_equal(out.data, "é€😀 \\xc2\\x9b \\x7f \\xff \\xc0\\xaf"
				      " \\xed\\xa0\\x80 \\xe2\\x82");
	assert_int_equal(printable_width("é€😀"), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_aligned_as_docker_aligns_them),
		cmocka_unit_test(table_without_rows_is_its_headings),
		cmocka_unit_test(width_counts_characters_not_bytes),
		cmocka_unit_test(cells_cannot_command_the_terminal),
		cmocka_unit_test(failed_cell_fails_the_text),
		cmocka_unit_test(only_well_formed_text_is_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
