/* SPDX-License-Identifier: MIT */
#include "cli/commands_json.h"

#include "base/json.h"
#include "cli/cmd_tree.h"
#include "cli/help.h"

static const char *const type_names[] = {
	[OPT_END] = "",		 [OPT_FLAG] = "flag",	  [OPT_STRING] = "string",
	[OPT_INT] = "integer",	 [OPT_BYTES] = "bytes",	  [OPT_DURATION] = "duration",
	[OPT_CPUS] = "cpus",	 [OPT_CHOICE] = "choice", [OPT_STRINGS] = "strings",
	[OPT_FORMAT] = "format",
};

static void write_words(struct json_writer *writer, const char *key, const char *const *words)
{
	json_open_array(writer, key);
	for (; words && *words; words++)
		json_string(writer, NULL, *words);
	json_close_array(writer);
}

static void write_optional(struct json_writer *writer, const char *key, const char *text)
{
	if (text)
		json_string(writer, key, text);
}

static void write_opt(struct json_writer *writer, const struct opt *opt)
{
	json_open_object(writer, NULL);
	json_string(writer, "name", opt->name);
	if (opt->letter)
		json_string_len(writer, "letter", &opt->letter, 1);
	write_words(writer, "aliases", opt->aliases);
	json_string(writer, "type", type_names[opt->type]);
	write_optional(writer, "value", opt->value);
	json_string(writer, "help", opt->help);
	write_optional(writer, "default", opt->preset);
	write_optional(writer, "env", opt->env);
	if (opt->choices)
		write_words(writer, "choices", opt->choices);
	json_string(writer, "complete", complete_kind_name(opt->complete));
	json_bool(writer, "hidden", opt->hidden);
	json_close_object(writer);
}

static void write_examples(struct json_writer *writer, const struct cmd_example *examples,
			   const struct cmd *program)
{
	json_open_array(writer, "examples");
	for (; examples && examples->line; examples++) {
		autostr line = STR_INIT;

		help_write_example(&line, examples->line, program);
		json_open_object(writer, NULL);
		json_string(writer, "line", line.data);
		json_string(writer, "what", examples->what);
		json_close_object(writer);
	}
	json_close_array(writer);
}

static void write_exit_notes(struct json_writer *writer, const struct cmd_exit_note *notes)
{
	json_open_array(writer, "exit_status");
	for (; notes && notes->status; notes++) {
		json_open_object(writer, NULL);
		json_string(writer, "status", notes->status);
		json_string(writer, "what", notes->what);
		json_close_object(writer);
	}
	json_close_array(writer);
}

static void write_facts(struct json_writer *writer, const struct cmd *program,
			const struct cmd *cmd, const char *path)
{
	autostr usage = STR_INIT;

	help_write_usage(&usage, cmd, path);
	json_string(writer, "usage", usage.data);
	json_string(writer, "summary", cmd->summary);
	write_optional(writer, "description", cmd->description);
	json_string(writer, "section", help_section_title(cmd->section));
	json_bool(writer, "hidden", cmd->hidden);
	write_optional(writer, "room", cmd->room);
	json_int(writer, "min_operands", cmd->min_operands);
	json_int(writer, "max_operands", cmd->max_operands);
	json_bool(writer, "options_first", cmd->options_first);
	json_open_array(writer, "options");
	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++)
		write_opt(writer, opt);
	json_close_array(writer);
	write_examples(writer, cmd->examples, program);
	write_exit_notes(writer, cmd->exit_notes);
}

static void close_group(struct json_writer *writer)
{
	json_close_array(writer);
	json_close_object(writer);
}

/* Writes one place; a group stays open until the walk has left it. */
static void write_place(struct json_writer *writer, const struct cmd_walk *walk)
{
	char home[CMD_PATH_SIZE];

	json_open_object(writer, NULL);
	json_string(writer, "name", cmd_entry_name(walk->entry));
	json_string(writer, "path", walk->path);
	write_words(writer, "aliases", cmd_entry_aliases(walk->entry));
	if (cmd_walk_is_home(walk))
		write_facts(writer, walk->program, walk->entry->cmd, walk->path);
	else if (cmd_tree_home(walk->program, walk->entry->cmd, home))
		json_string(writer, "same_as", home);
	if (walk->entry->cmd->commands)
		json_open_array(writer, "commands");
	else
		json_close_object(writer);
}

void commands_write_json(struct str *out, const struct cmd *program)
{
	struct json_writer writer = JSON_WRITER_PRETTY(out);
	struct cmd_walk walk;
	size_t open_groups = 1;

	json_open_object(&writer, NULL);
	json_string(&writer, "name", program->name);
	json_string(&writer, "version", CONTAINR_VERSION);
	json_string(&writer, "path", program->name);
	write_facts(&writer, program, program, program->name);
	json_open_array(&writer, "commands");
	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk)) {
		for (; open_groups > walk.depth + 1; open_groups--)
			close_group(&writer);
		write_place(&writer, &walk);
		if (walk.entry->cmd->commands)
			open_groups++;
	}
	for (; open_groups > 0; open_groups--)
		close_group(&writer);
	str_append_char(out, '\n');
}
