/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

#include "cli/shell/completion_fish.h"

#define FISH_QUOTE "\\'"

static void write_flag(struct str *out, const char *dashes, const char *name, const char *help)
{
	str_appendf(out, "\t\tprintf '%%s\\t%%s\\t%%s\\n' flag %s%s ", dashes, name);
	completion_quote(out, help, FISH_QUOTE);
	str_append_char(out, '\n');
}

static void write_value(struct str *out, const struct opt *opt, const char *dashes,
			const char *name)
{
	str_appendf(out, "\t\tprintf '%%s\\t%%s\\t%%s\\t%%s\\n' value %s%s ", dashes, name);
	completion_write_kind(out, opt);
	str_append_char(out, ' ');
	completion_quote(out, opt->help, FISH_QUOTE);
	str_append_char(out, '\n');
}

static void write_opt(struct str *out, const struct opt *opt)
{
	char letter[] = { opt->letter, '\0' };

	if (!opt_has_value(opt)) {
		write_flag(out, "--", opt->name, opt->help);
		if (opt->letter)
			write_flag(out, "-", letter, opt->help);
		return;
	}
	write_value(out, opt, "--", opt->name);
	if (opt->letter)
		write_value(out, opt, "-", letter);
	for (size_t i = 0; opt->aliases && opt->aliases[i]; i++)
		write_value(out, opt, "--", opt->aliases[i]);
}

static void write_command(struct str *out, const struct cmd_entry *entry)
{
	str_appendf(out, "\t\tprintf '%%s\\t%%s\\t%%s\\n' command %s ", cmd_entry_name(entry));
	completion_quote(out, entry->cmd->summary, FISH_QUOTE);
	str_append_char(out, '\n');
}

static void write_facts(struct str *out, const struct cmd *cmd, const char *home)
{
	str_appendf(out, "\t\tprintf '%%s\\t%%s\\n' node '%s' first %s rest %s\n", home,
		    complete_kind_name(cmd->complete_first),
		    complete_kind_name(cmd->complete_rest));
	if (cmd->options_first)
		str_append(out, "\t\techo options_first\n");
	if (!completion_has_help(cmd))
		write_flag(out, "--", "help", "show this help");
	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++)
		if (!opt->hidden)
			write_opt(out, opt);
	for (const struct cmd_entry *entry = cmd->commands; entry && entry->cmd; entry++)
		if (!entry->cmd->hidden)
			write_command(out, entry);
}

void completion_write_fish(struct str *out, const struct cmd *program)
{
	const char *rest = completion_fill(out, completion_fish_script, program);
	struct cmd_walk walk;

	str_appendf(out, "\tcase %s\n", program->name);
	write_facts(out, program, program->name);
	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk)) {
		if (walk.entry->cmd->hidden || !cmd_walk_is_home(&walk))
			continue;
		str_append(out, "\tcase ");
		completion_write_places(out, program, walk.entry->cmd, " ");
		str_append_char(out, '\n');
		write_facts(out, walk.entry->cmd, walk.path);
	}
	(void)completion_fill(out, rest, program);
}
