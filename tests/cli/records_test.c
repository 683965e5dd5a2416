/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "cli/cmd_tree.h"
#include "cli/commands.h"
#include "cli/parse.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* What holds for every record of both programs. */

static const struct cmd *const programs[] = { &program_containr, &program_runtime };

typedef void check_function(const struct cmd *cmd, const char *path);

static void check_all(check_function *check)
{
	for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
		struct cmd_walk walk;

		check(programs[i], programs[i]->name);
		cmd_walk_begin(&walk, programs[i]);
		while (cmd_walk_next(&walk))
			check(walk.entry->cmd, walk.path);
	}
}

/* A remark: lower case, no full stop, nothing that a shell, roff or a table would trip over. */
static void check_remark(const char *text, const char *path)
{
	size_t len = text ? strlen(text) : 0;

	if (len == 0) {
		fail_msg("%s: a text is missing", path);
		return;
	}
	/* names such as OCI stay as they are */
	if (isupper((unsigned char)text[0]) && islower((unsigned char)text[1]))
		fail_msg("%s: '%s' begins in upper case", path, text);
	if (text[len - 1] == '.' || text[0] == ' ' || text[len - 1] == ' ')
		fail_msg("%s: '%s' ends in a full stop or has blanks around it", path, text);
	if (strpbrk(text, "\n\t\\"))
		fail_msg("%s: '%s' has a line break, a tab or a backslash", path, text);
}

static void check_record(const struct cmd *cmd, const char *path)
{
	int ways = (cmd->run ? 1 : 0) + (cmd->room ? 1 : 0) + (cmd->commands ? 1 : 0);

	check_remark(cmd->summary, path);
	if (ways != 1)
		fail_msg("%s: needs exactly one of run, room and commands", path);
	if (cmd->args_size > CMD_ARGS_SIZE)
		fail_msg("%s: args of %zu bytes are too large", path, cmd->args_size);
	if (strlen(path) + 1 >= CMD_PATH_SIZE)
		fail_msg("%s: its path is too long", path);
	if (cmd->max_operands >= 0 && cmd->max_operands < cmd->min_operands)
		fail_msg("%s: allows fewer operands than it needs", path);
	if (!cmd->commands && (cmd->max_operands == 0) != !cmd->operands)
		fail_msg("%s: operands and their number do not match", path);
	if (opt_is_valid(cmd->opts) && cmd->args_size == 0)
		fail_msg("%s: options without a struct to fill", path);
}

static void every_record_is_whole(void **state)
{
	(void)state;
	check_all(check_record);
}

static void check_texts(const struct cmd *cmd, const char *path)
{
	const struct cmd_example *example = cmd->examples;
	const struct cmd_exit_note *note = cmd->exit_notes;

	for (; example && example->line; example++)
		check_remark(example->what, path);
	for (; note && note->status; note++)
		check_remark(note->what, path);
	if (cmd->description && !str_ends_with(cmd->description, "."))
		fail_msg("%s: its description does not end in a sentence", path);
	if (cmd->description && strpbrk(cmd->description, "\t\\"))
		fail_msg("%s: its description has a tab or a backslash", path);
}

static void every_text_is_in_the_same_style(void **state)
{
	(void)state;
	check_all(check_texts);
}

static void check_entries(const struct cmd *cmd, const char *path)
{
	const struct cmd_entry *entry = cmd->commands;

	for (; entry && entry->cmd; entry++) {
		const char *name = cmd_entry_name(entry);
		const char *const *alias = cmd_entry_aliases(entry);

		if (entry[1].cmd && strcmp(name, cmd_entry_name(entry + 1)) >= 0)
			fail_msg("%s: '%s' is out of order or there twice", path, name);
		if (cmd_find(cmd, name) != entry)
			fail_msg("%s: '%s' is another command's alias", path, name);
		for (; alias && *alias; alias++)
			if (cmd_find(cmd, *alias) != entry)
				fail_msg("%s: alias '%s' is another command's", path, *alias);
	}
}

static void command_names_are_unique_and_sorted(void **state)
{
	(void)state;
	check_all(check_entries);
}

static size_t member_size(enum opt_type type)
{
	static const size_t sizes[] = {
		[OPT_FLAG] = sizeof(bool),	  [OPT_STRING] = sizeof(char *),
		[OPT_INT] = sizeof(int64_t),	  [OPT_BYTES] = sizeof(int64_t),
		[OPT_DURATION] = sizeof(int64_t), [OPT_CPUS] = sizeof(int64_t),
		[OPT_CHOICE] = sizeof(int),	  [OPT_STRINGS] = sizeof(struct strv),
		[OPT_FORMAT] = sizeof(char *),
	};

	return sizes[type];
}

static void check_opt(const struct cmd *cmd, const struct opt *opt, const char *path)
{
	char where[CMD_PATH_SIZE + 64];

	(void)snprintf(where, sizeof(where), "%s --%s", path, opt->name);
	check_remark(opt->help, where);
	if (opt->offset + member_size(opt->type) > cmd->args_size || opt->given_at > cmd->args_size)
		fail_msg("%s: fills a member of another struct", where);
	if (opt_has_value(opt) != (opt->value != NULL))
		fail_msg("%s: needs a value's name if it has one", where);
	if ((opt->type == OPT_CHOICE) != (opt->choices != NULL))
		fail_msg("%s: words belong to a CHOICE", where);
	if (opt_is_valid(opt + 1) && strcmp(opt->name, opt[1].name) >= 0)
		fail_msg("%s: is out of order or there twice", where);
	if (opt->letter && opt_find_letter(cmd->opts, opt->letter) != opt)
		fail_msg("%s: -%c is another option's", where, opt->letter);
	for (size_t i = 0; opt->aliases && opt->aliases[i]; i++)
		if (opt_find_name(cmd->opts, opt->aliases[i], strlen(opt->aliases[i])) != opt)
			fail_msg("%s: alias '%s' is another option's", where, opt->aliases[i]);
}

static void check_opts(const struct cmd *cmd, const char *path)
{
	const struct opt *opt = cmd->opts;

	for (; opt_is_valid(opt); opt++)
		check_opt(cmd, opt, path);
	if (opt - cmd->opts > PARSE_MAX_OPTS)
		fail_msg("%s: has too many options", path);
	if (cmd->commands && cmd->opts && cmd != programs[0] && cmd != programs[1])
		fail_msg("%s: a group cannot have options", path);
}

static void options_are_unique_and_sorted(void **state)
{
	(void)state;
	check_all(check_opts);
}

static void check_presets(const struct cmd *cmd, const char *path)
{
	_Alignas(max_align_t) unsigned char args[CMD_ARGS_SIZE] = { 0 };
	char *argv[] = { NULL };
	struct containr_error err = { 0 };
	struct parse parse = { .opts = cmd->opts, .path = path };

	if (parse_options(&parse, argv, args, &err) < 0)
		fail_msg("%s: %s", path, err.message);
	parse_release(cmd->opts, args);
}

static void every_preset_is_a_value_of_its_option(void **state)
{
	(void)state;
	check_all(check_presets);
}

static void log_levels_are_in_the_order_of_their_enum(void **state)
{
	static const struct log_level_name {
		const char *name;
		enum log_level level;
	} names[] = { { "off", LOG_OFF },
		      { "error", LOG_ERROR },
		      { "warn", LOG_WARN },
		      { "info", LOG_INFO },
		      { "debug", LOG_DEBUG } };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(programs) * ARRAY_LEN(names); i++) {
		const struct cmd *program = programs[i / ARRAY_LEN(names)];
		const struct opt *opt = opt_find_name(program->opts, "log-level", 9);

		assert_string_equal(opt->choices[names[i % ARRAY_LEN(names)].level],
				    names[i % ARRAY_LEN(names)].name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_record_is_whole),
		cmocka_unit_test(every_text_is_in_the_same_style),
		cmocka_unit_test(command_names_are_unique_and_sorted),
		cmocka_unit_test(options_are_unique_and_sorted),
		cmocka_unit_test(every_preset_is_a_value_of_its_option),
		cmocka_unit_test(log_levels_are_in_the_order_of_their_enum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
