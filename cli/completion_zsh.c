/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

#include "cli/shell/completion_zsh.h"

#include <string.h>

/* The specifications are those of _arguments, zshcompsys(1). */

#define ZSH_QUOTE "'\\''"

/* Appends @text for the inside of single quotes, with a backslash before each of @special. */
static void write_escaped(struct str *out, const char *text, const char *special)
{
	for (; *text; text++) {
		if (*text == '\'') {
			str_append(out, ZSH_QUOTE);
			continue;
		}
		if (strchr(special, *text))
			str_append_char(out, '\\');
		str_append_char(out, *text);
	}
}

static void write_message(struct str *out, const char *text)
{
	str_append_char(out, ':');
	write_escaped(out, text, ":\\");
}

/* A leading blank keeps _arguments from putting its own arguments between. */
static void write_kind(struct str *out, const struct cmd *program, enum complete_kind kind)
{
	str_append(out, ": __");
	completion_write_id(out, program->name);
	str_appendf(out, "_values %s", complete_kind_name(kind));
}

static void write_value(struct str *out, const struct cmd *program, const struct opt *opt)
{
	write_message(out, opt->value);
	if (!opt->choices) {
		write_kind(out, program, opt->complete);
		return;
	}
	str_append(out, ":(");
	for (size_t i = 0; opt->choices[i]; i++)
		str_appendf(out, "%s%s", i ? " " : "", opt->choices[i]);
	str_append_char(out, ')');
}

static void write_spec(struct str *out, const struct cmd *program, const struct opt *opt)
{
	const char *joined = opt_has_value(opt) ? "=" : "";
	const char *glued = opt_has_value(opt) ? "+" : "";

	str_append(out, " \\\n\t\t");
	if (opt->type == OPT_STRINGS)
		str_append(out, "'*'");
	else if (opt->letter)
		str_appendf(out, "'(-%c --%s)'", opt->letter, opt->name);
	if (opt->letter)
		str_appendf(out, "{-%c%s,--%s%s}", opt->letter, glued, opt->name, joined);
	else
		str_appendf(out, "--%s%s", opt->name, joined);
	str_append(out, "'[");
	write_escaped(out, opt->help, "[]\\");
	str_append_char(out, ']');
	if (opt_has_value(opt))
		write_value(out, program, opt);
	str_append_char(out, '\'');
}

static void write_specs(struct str *out, const struct cmd *program, const struct cmd *cmd)
{
	if (!completion_has_help(cmd))
		str_append(out, " \\\n\t\t'(- *)--help[show this help]'");
	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++)
		if (!opt->hidden)
			write_spec(out, program, opt);
}

static void write_operands(struct str *out, const struct cmd *program, const struct cmd *cmd)
{
	if (!cmd->operands)
		return;
	str_append(out, " \\\n\t\t'1");
	write_message(out, cmd->operands);
	write_kind(out, program, cmd->complete_first);
	str_append(out, "'");
	if (cmd->max_operands == 1)
		return;
	str_append(out, " \\\n\t\t'*");
	write_message(out, cmd->operands);
	write_kind(out, program, cmd->complete_rest);
	str_append(out, "'");
}

static void write_leaf(struct str *out, const struct cmd *program, const struct cmd *cmd)
{
	str_append(out, cmd->options_first ? "\t_arguments -s -S -A '-*'" : "\t_arguments -s -S");
	write_specs(out, program, cmd);
	write_operands(out, program, cmd);
	str_append(out, "\n}\n\n");
}

static void write_names(struct str *out, const struct cmd_entry *entry)
{
	const char *const *alias = cmd_entry_aliases(entry);

	str_append(out, cmd_entry_name(entry));
	for (; alias && *alias; alias++)
		str_appendf(out, "|%s", *alias);
}

static void write_steps(struct str *out, const struct cmd *program, const struct cmd *group)
{
	char home[CMD_PATH_SIZE];

	str_append(out, "\tcase $words[1] in\n");
	for (const struct cmd_entry *entry = group->commands; entry->cmd; entry++) {
		if (entry->cmd->hidden || !cmd_tree_home(program, entry->cmd, home))
			continue;
		str_append_char(out, '\t');
		write_names(out, entry);
		str_append(out, ") __");
		completion_write_id(out, home);
		str_append(out, " ;;\n");
	}
	str_append(out, "\tesac\n}\n\n");
}

static void write_group(struct str *out, const struct cmd *program, const struct cmd *group)
{
	str_append(out, "\tlocal context state state_descr line\n"
			"\tlocal -A opt_args\n"
			"\tlocal -a commands=(\n");
	for (const struct cmd_entry *entry = group->commands; entry->cmd; entry++) {
		if (entry->cmd->hidden)
			continue;
		str_appendf(out, "\t\t'%s:", cmd_entry_name(entry));
		write_escaped(out, entry->cmd->summary, "");
		str_append(out, "'\n");
	}
	str_append(out, "\t)\n\n\t_arguments -C -s -S -A '-*'");
	write_specs(out, program, group);
	str_append(out, " \\\n\t\t'1: :{_describe -t commands command commands}'"
			" \\\n\t\t'*:: :->arguments'\n"
			"\t[[ $state == arguments ]] || return\n");
	if (group == program) {
		str_append(out, "\t__");
		completion_write_id(out, program->name);
		str_append(out, "_keep_globals\n");
	}
	write_steps(out, program, group);
}

static void write_function(struct str *out, const struct cmd *program, const struct cmd *cmd,
			   const char *home)
{
	str_append(out, "__");
	completion_write_id(out, home);
	str_append(out, "() {\n");
	if (cmd->commands)
		write_group(out, program, cmd);
	else
		write_leaf(out, program, cmd);
}

void completion_write_zsh(struct str *out, const struct cmd *program)
{
	const char *rest = completion_fill(out, completion_zsh_script, program);
	struct cmd_walk walk;

	write_function(out, program, program, program->name);
	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk))
		if (!walk.entry->cmd->hidden && cmd_walk_is_home(&walk))
			write_function(out, program, walk.entry->cmd, walk.path);
	(void)completion_fill(out, rest, program);
}
