/* SPDX-License-Identifier: MIT */
#include "cli/help.h"

#include "cli/cmd_tree.h"
#include "cli/wrap.h"

#include <ctype.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define HELP_DEFAULT_WIDTH 80
#define HELP_MAX_WIDTH 120
#define HELP_MAX_COLUMN 34 /* a longer option has its text on the next line */
#define HELP_GAP 2

static const char *const section_titles[] = {
	[CMD_SECTION_CONTAINERS] = "Containers",
	[CMD_SECTION_IMAGES] = "Images",
	[CMD_SECTION_SYSTEM] = "System",
	[CMD_SECTION_GROUPS] = "Management",
};

const char *help_section_title(enum cmd_section section)
{
	return section_titles[section];
}

bool help_has_opts(const struct cmd *cmd)
{
	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++)
		if (!opt->hidden)
			return true;
	return false;
}

void help_write_usage(struct str *out, const struct cmd *cmd, const char *path)
{
	str_append(out, path);
	if (help_has_opts(cmd))
		str_append(out, " [OPTIONS]");
	if (cmd->commands)
		str_append(out, " COMMAND");
	if (cmd->operands)
		str_appendf(out, " %s", cmd->operands);
}

/* "-m, --memory SIZE"; without a letter the name stands below the other names. */
static void write_opt_names(struct str *out, const struct opt *opt)
{
	if (opt->letter)
		str_appendf(out, "  -%c, --%s", opt->letter, opt->name);
	else
		str_appendf(out, "      --%s", opt->name);
	if (opt->value)
		str_appendf(out, " %s", opt->value);
}

static void write_list(struct str *out, const char *before, const char *const *words,
		       const char *dashes)
{
	for (size_t i = 0; words && words[i]; i++)
		str_appendf(out, "%s%s%s", i ? ", " : before, dashes, words[i]);
}

/* The help text with what the record knows beyond it. */
static void write_opt_text(struct str *out, const struct opt *opt)
{
	str_append(out, opt->help);
	write_list(out, ": ", opt->choices, "");
	write_list(out, "; also ", opt->aliases, "--");
	if (opt->preset)
		str_appendf(out, " (default %s)", opt->preset);
	if (opt->env)
		str_appendf(out, " (env %s)", opt->env);
}

static size_t opt_column(const struct opt *opts)
{
	size_t column = 0;

	for (const struct opt *opt = opts; opt_is_valid(opt); opt++) {
		autostr names = STR_INIT;
		size_t width;

		write_opt_names(&names, opt);
		width = names.len + HELP_GAP;
		if (!opt->hidden && width > column && width <= HELP_MAX_COLUMN)
			column = width;
	}
	return column;
}

static void write_opts(struct str *out, const struct opt *opts, const char *title, size_t width)
{
	size_t column = opt_column(opts);

	str_appendf(out, "\n%s:\n", title);
	for (const struct opt *opt = opts; opt_is_valid(opt); opt++) {
		autostr names = STR_INIT;
		autostr text = STR_INIT;

		if (opt->hidden)
			continue;
		write_opt_names(&names, opt);
		write_opt_text(&text, opt);
		if (names.failed || text.failed) {
			out->failed = true;
			return;
		}
		str_append(out, names.data);
		if (names.len + HELP_GAP > column) {
			str_append_char(out, '\n');
			wrap_blanks(out, column);
		} else {
			wrap_blanks(out, column - names.len);
		}
		wrap_append(out, text.data, column, width);
	}
}

static bool is_listed(const struct cmd_entry *entry, enum cmd_section section, bool in_sections)
{
	return !entry->cmd->hidden && (!in_sections || entry->cmd->section == section);
}

static size_t name_column(const struct cmd *group)
{
	size_t column = 0;

	for (const struct cmd_entry *entry = group->commands; entry->cmd; entry++) {
		size_t width = HELP_GAP + strlen(cmd_entry_name(entry)) + HELP_GAP;

		if (!entry->cmd->hidden && width > column)
			column = width;
	}
	return column;
}

static void write_entries(struct str *out, const struct cmd *group, enum cmd_section section,
			  bool in_sections, size_t width)
{
	size_t column = name_column(group);
	bool titled = false;

	for (const struct cmd_entry *entry = group->commands; entry->cmd; entry++) {
		const char *name = cmd_entry_name(entry);

		if (!is_listed(entry, section, in_sections))
			continue;
		if (!titled)
			str_appendf(out, "\n%s:\n",
				    in_sections ? section_titles[section] : "Commands");
		titled = true;
		str_appendf(out, "  %s", name);
		wrap_blanks(out, column - HELP_GAP - strlen(name));
		wrap_append(out, entry->cmd->summary, column, width);
	}
}

static void write_commands(struct str *out, const struct cmd *group, size_t width)
{
	if (!group->in_sections) {
		write_entries(out, group, CMD_SECTION_CONTAINERS, false, width);
		return;
	}
	for (int i = 0; i < HELP_SECTION_COUNT; i++)
		write_entries(out, group, (enum cmd_section)i, true, width);
}

void help_write_example(struct str *out, const char *line, const struct cmd *program)
{
	static const char mark[] = "@program@";

	for (;;) {
		const char *found = strstr(line, mark);

		if (!found)
			break;
		str_append_len(out, line, (size_t)(found - line));
		str_append(out, program->name);
		line = found + strlen(mark);
	}
	str_append(out, line);
}

static void write_examples(struct str *out, const struct cmd_example *examples,
			   const struct cmd *program)
{
	if (!examples)
		return;
	str_append(out, "\nExamples:\n");
	for (; examples->line; examples++) {
		str_appendf(out, "  # %s\n  ", examples->what);
		help_write_example(out, examples->line, program);
		str_append_char(out, '\n');
	}
}

static void write_exit_notes(struct str *out, const struct cmd_exit_note *notes, size_t width)
{
	if (!notes)
		return;
	str_append(out, "\nExit status:\n");
	for (; notes->status; notes++) {
		str_appendf(out, "  %-7s", notes->status);
		wrap_append(out, notes->what, 9, width);
	}
}

/* Only where there is more than the name that was used. */
static void write_names(struct str *out, const struct cmd *program, const struct cmd *cmd,
			size_t width)
{
	autostr names = STR_INIT;

	if (cmd_tree_names(&names, program, cmd) < 2)
		return;
	if (names.failed) {
		out->failed = true;
		return;
	}
	str_append(out, "\nAlso called:\n  ");
	wrap_append(out, names.data, HELP_GAP, width);
}

/* A summary is a remark in lists and a sentence where it stands alone. */
static void write_sentence(struct str *out, const char *remark, size_t width)
{
	autostr sentence = STR_INIT;

	str_append_char(&sentence, (char)toupper((unsigned char)remark[0]));
	str_appendf(&sentence, "%s.", remark + 1);
	if (sentence.failed)
		out->failed = true;
	else
		wrap_append(out, sentence.data, 0, width);
}

void help_write(struct str *out, const struct cmd *program, const struct cmd *cmd, const char *path,
		size_t width)
{
	str_append(out, "Usage:  ");
	help_write_usage(out, cmd, path);
	str_append(out, "\n\n");
	write_sentence(out, cmd->summary, width);
	if (cmd->description) {
		str_append_char(out, '\n');
		wrap_paragraphs(out, cmd->description, width);
	}
	if (cmd != program)
		write_names(out, program, cmd, width);
	if (cmd->commands)
		write_commands(out, cmd, width);
	if (help_has_opts(cmd))
		write_opts(out, cmd->opts, cmd == program ? "Global options" : "Options", width);
	write_examples(out, cmd->examples, program);
	write_exit_notes(out, cmd->exit_notes, width);
	if (cmd->commands)
		str_appendf(out, "\nSee '%s COMMAND --help' for more about a command.\n", path);
}

static size_t terminal_width(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
		return HELP_DEFAULT_WIDTH;
	return size.ws_col < HELP_MAX_WIDTH ? size.ws_col : HELP_MAX_WIDTH;
}

int help_print(struct cmd_context *ctx)
{
	autostr text = STR_INIT;

	help_write(&text, ctx->program, ctx->cmd, ctx->path, terminal_width());
	return cmd_print(ctx, &text);
}
