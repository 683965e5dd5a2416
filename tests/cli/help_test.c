/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/wrap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

struct args {
	const char *name;
	const char *secret;
	int64_t memory;
	int when;
	bool quiet;
};

static const char *const words[] = { "now", "later", NULL };

static const struct opt opts[] = {
	STRING(0, "a-name-so-long-that-its-text-moves", struct args, name, "NAME", "below it"),
	BYTES('m', "memory", struct args, memory, "SIZE", "memory limit", .aliases = WORDS("mem"),
	      .env = "MEM"),
	FLAG('q', "quiet", struct args, quiet, "print less than one would think of, and then less"),
	STRING(0, "secret", struct args, secret, "X", "not shown", .hidden = true),
	CHOICE(0, "when", struct args, when, "WHEN", words, "when to do it", .preset = "now"),
	END,
};

static const struct cmd_example examples[] = {
	{ "@program@ go here --memory 1m", "go with little memory" },
	{ 0 },
};

static const struct cmd_exit_note notes[] = {
	{ "125", "the engine failed" },
	{ 0 },
};

static const struct cmd cmd_go = {
	.name = "go",
	.operands = "WHERE",
	.summary = "go somewhere",
	.description = "Goes where it is told to go, and does not come back before it has been "
		       "there.\n\nA second paragraph.",
	.section = CMD_SECTION_SYSTEM,
	.opts = opts,
	.examples = examples,
	.exit_notes = notes,
	.args_size = sizeof(struct args),
};

static const struct cmd cmd_ghost = { .name = "ghost", .summary = "is not shown", .hidden = true };

static const struct cmd_entry way_entries[] = { { .cmd = &cmd_go, .name = "take" }, { 0 } };

static const struct cmd cmd_way = { .name = "way",
				    .summary = "manage ways",
				    .section = CMD_SECTION_GROUPS,
				    .commands = way_entries };

static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_ghost }, { .cmd = &cmd_go }, { .cmd = &cmd_way }, { 0 }
};

static const struct cmd program = {
	.name = "toy", .summary = "a program of the tests", .commands = entries, .in_sections = true
};

static void help_of_a_command_says_all_its_record_knows(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	help_write(&out, &program, &cmd_go, "toy go", 60);
	assert_string_equal(out.data,
			    "Usage:  toy go [OPTIONS] WHERE\n"
			    "\n"
			    "Go somewhere.\n"
			    "\n"
			    "Goes where it is told to go, and does not come back before\n"
			    "it has been there.\n"
			    "\n"
			    "A second paragraph.\n"
			    "\n"
			    "Also called:\n"
			    "  toy go, toy way take\n"
			    "\n"
			    "Options:\n"
			    "      --a-name-so-long-that-its-text-moves NAME\n"
			    "                     below it\n"
			    "  -m, --memory SIZE  memory limit; also --mem (env MEM)\n"
			    "  -q, --quiet        print less than one would think of, and\n"
			    "                     then less\n"
			    "      --when WHEN    when to do it: now, later (default now)\n"
			    "\n"
			    "Examples:\n"
			    "  # go with little memory\n"
			    "  toy go here --memory 1m\n"
			    "\n"
			    "Exit status:\n"
			    "  125    the engine failed\n");
}

static void help_of_a_program_lists_commands_by_section(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	help_write(&out, &program, &program, "toy", 80);
	assert_string_equal(out.data, "Usage:  toy COMMAND\n"
				      "\n"
				      "A program of the tests.\n"
				      "\n"
				      "System:\n"
				      "  go   go somewhere\n"
				      "\n"
				      "Management:\n"
				      "  way  manage ways\n"
				      "\n"
				      "See 'toy COMMAND --help' for more about a command.\n");
}

static void help_of_a_group_lists_the_names_within_it(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	help_write(&out, &program, &cmd_way, "toy way", 80);
	assert_string_equal(out.data, "Usage:  toy way COMMAND\n"
				      "\n"
				      "Manage ways.\n"
				      "\n"
				      "Commands:\n"
				      "  take  go somewhere\n"
				      "\n"
				      "See 'toy way COMMAND --help' for more about a command.\n");
}

static void words_longer_than_a_line_stay_whole(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	wrap_append(&out, "a pneumonoultramicroscopicsilicovolcanoconiosis b", 2, 26);
	assert_string_equal(out.data, "a\n  pneumonoultramicroscopicsilicovolcanoconiosis\n  b\n");
}

static void narrow_terminals_do_not_squeeze_text(void **state)
{
	autostr out = STR_INIT;

	(void)state;
	wrap_append(&out, "one two three four five six", 4, 1);
	assert_string_equal(out.data, "one two three four five\n    six\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(help_of_a_command_says_all_its_record_knows),
		cmocka_unit_test(help_of_a_program_lists_commands_by_section),
		cmocka_unit_test(help_of_a_group_lists_the_names_within_it),
		cmocka_unit_test(words_longer_than_a_line_stay_whole),
		cmocka_unit_test(narrow_terminals_do_not_squeeze_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
