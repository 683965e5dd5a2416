/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

#include "cli/shell/completion_bash.h"

static void write_commands(struct str *out, const struct cmd *group)
{
	const char *blank = "";

	str_append(out, "\t\tcommands='");
	for (const struct cmd_entry *entry = group->commands; entry->cmd; entry++) {
		if (entry->cmd->hidden)
			continue;
		str_appendf(out, "%s%s", blank, cmd_entry_name(entry));
		blank = " ";
	}
	str_append(out, "'\n");
}

static void write_flags(struct str *out, const struct cmd *cmd)
{
	str_append(out, completion_has_help(cmd) ? "\t\tflags='" : "\t\tflags='--help");
	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++) {
		if (opt->hidden || opt_has_value(opt))
			continue;
		str_appendf(out, " --%s", opt->name);
		if (opt->letter)
			str_appendf(out, " -%c", opt->letter);
	}
	str_append(out, "'\n");
}

static void write_value(struct str *out, const struct opt *opt, const char *name)
{
	str_appendf(out, "%s=", name);
	completion_write_kind(out, opt);
	str_append_char(out, ' ');
}

static void write_values(struct str *out, const struct cmd *cmd)
{
	str_append(out, "\t\tvalues='");
	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++) {
		char letter[] = { '-', opt->letter, '\0' };

		if (opt->hidden || !opt_has_value(opt))
			continue;
		str_append(out, "--");
		write_value(out, opt, opt->name);
		if (opt->letter)
			write_value(out, opt, letter);
		for (size_t i = 0; opt->aliases && opt->aliases[i]; i++) {
			str_append(out, "--");
			write_value(out, opt, opt->aliases[i]);
		}
	}
	str_append(out, "'\n");
}

static void write_facts(struct str *out, const struct cmd *cmd, const char *home)
{
	str_appendf(out, "\t\tnode='%s'\n", home);
	write_flags(out, cmd);
	write_values(out, cmd);
	if (cmd->commands)
		write_commands(out, cmd);
	else
		str_appendf(out, "\t\tfirst=%s rest=%s options_first=%s\n",
			    complete_kind_name(cmd->complete_first),
			    complete_kind_name(cmd->complete_rest), cmd->options_first ? "1" : "");
	str_append(out, "\t\t;;\n");
}

void completion_write_bash(struct str *out, const struct cmd *program)
{
	const char *rest = completion_fill(out, completion_bash_script, program);
	struct cmd_walk walk;

	str_appendf(out, "\t%s)\n", program->name);
	write_facts(out, program, program->name);
	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk)) {
		if (walk.entry->cmd->hidden || !cmd_walk_is_home(&walk))
			continue;
		str_append_char(out, '\t');
		completion_write_places(out, program, walk.entry->cmd, "|");
		str_append(out, ")\n");
		write_facts(out, walk.entry->cmd, walk.path);
	}
	(void)completion_fill(out, rest, program);
}
