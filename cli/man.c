/* SPDX-License-Identifier: MIT */
#include "cli/man.h"

#include "cli/cmd_tree.h"
#include "cli/help.h"

#include <ctype.h>
#include <string.h>

/* roff's special characters, so that what is copied from the page works in a shell. */
static const char *roff_escape(char byte)
{
	switch (byte) {
	case '\\':
		return "\\e";
	case '-':
		return "\\-";
	case '\'':
		return "\\(aq";
	case '`':
		return "\\(ga";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	default:
		return NULL;
	}
}

static void write_len(struct str *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		/* NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): it cannot follow strlen() */
		const char *escape = roff_escape(text[i]);

		if (i == 0 && text[0] == '.')
			str_append(out, "\\&"); /* a dot in front would be a request */
		if (escape)
			str_append(out, escape);
		else
			str_append_char(out, text[i]);
	}
}

static void write_text(struct str *out, const char *text)
{
	write_len(out, text, strlen(text));
}

static void write_bold(struct str *out, const char *before, const char *text)
{
	str_append(out, "\\fB");
	write_text(out, before);
	write_text(out, text);
	str_append(out, "\\fR");
}

static void write_italic(struct str *out, const char *text)
{
	str_append(out, "\\fI");
	write_text(out, text);
	str_append(out, "\\fR");
}

/* What is a remark in a help text is a sentence in a manual. */
static void write_sentence(struct str *out, const char *text)
{
	str_append_char(out, (char)toupper((unsigned char)text[0]));
	write_text(out, text + 1);
	str_append(out, ".\n");
}

static void write_paragraphs(struct str *out, const char *text)
{
	for (;;) {
		const char *end = strstr(text, "\n\n");

		write_len(out, text, end ? (size_t)(end - text) : strlen(text));
		str_append_char(out, '\n');
		if (!end)
			return;
		str_append(out, ".PP\n");
		text = end + 2;
	}
}

static void write_page_name(struct str *out, const char *path)
{
	for (; *path; path++)
		str_append(out, *path == ' ' || *path == '-' ? "\\-" : (char[]) { *path, '\0' });
}

static void write_head(struct str *out, const struct man_page *page)
{
	str_append(out, ".TH \"");
	for (const char *p = page->path; *p; p++) {
		if (*p == ' ' || *p == '-')
			str_append(out, "\\-");
		else
			str_append_char(out, (char)toupper((unsigned char)*p));
	}
	str_appendf(out, "\" 1 \"%s\" \"containr %s\" \"containr manual\"\n", page->date,
		    CONTAINR_VERSION);
	str_append(out, ".SH NAME\n");
	write_page_name(out, page->path);
	str_append(out, " \\- ");
	write_text(out, page->cmd->summary);
	str_append(out, "\n.SH SYNOPSIS\n");
	write_bold(out, "", page->path);
	if (help_has_opts(page->cmd))
		str_append(out, " [\\fIOPTIONS\\fR]");
	if (page->cmd->commands)
		str_append(out, " \\fICOMMAND\\fR");
	if (page->cmd->operands) {
		str_append_char(out, ' ');
		write_italic(out, page->cmd->operands);
	}
	str_append_char(out, '\n');
}

static void write_description(struct str *out, const struct man_page *page)
{
	autostr names = STR_INIT;

	str_append(out, ".SH DESCRIPTION\n");
	if (page->cmd->description)
		write_paragraphs(out, page->cmd->description);
	else
		write_sentence(out, page->cmd->summary);
	if (cmd_tree_names(&names, page->program, page->cmd) < 2)
		return;
	str_append(out, ".PP\nIt is called by each of these names: ");
	write_text(out, names.data ? names.data : "");
	str_append(out, ".\n");
}

static void write_opt_tag(struct str *out, const struct opt *opt)
{
	char letter[] = { opt->letter, '\0' };

	str_append(out, ".TP\n");
	if (opt->letter) {
		write_bold(out, "-", letter);
		str_append(out, ", ");
	}
	write_bold(out, "--", opt->name);
	for (size_t i = 0; opt->aliases && opt->aliases[i]; i++) {
		str_append(out, ", ");
		write_bold(out, "--", opt->aliases[i]);
	}
	if (opt->value) {
		str_append_char(out, ' ');
		write_italic(out, opt->value);
	}
	str_append_char(out, '\n');
}

static void write_opt(struct str *out, const struct opt *opt)
{
	write_opt_tag(out, opt);
	write_sentence(out, opt->help);
	if (opt->choices) {
		str_append(out, "One of ");
		for (size_t i = 0; opt->choices[i]; i++) {
			str_append(out, i ? ", " : "");
			write_bold(out, "", opt->choices[i]);
		}
		str_append(out, ".\n");
	}
	if (opt->type == OPT_STRINGS)
		str_append(out, "May be given several times.\n");
	if (opt->preset) {
		str_append(out, "Default: ");
		write_text(out, opt->preset);
		str_append(out, ".\n");
	}
	if (opt->env) {
		str_append(out, "Taken from the environment variable ");
		write_bold(out, "", opt->env);
		str_append(out, " when not given.\n");
	}
}

static void write_opts(struct str *out, const struct cmd *cmd)
{
	if (!help_has_opts(cmd))
		return;
	str_append(out, ".SH OPTIONS\n");
	for (const struct opt *opt = cmd->opts; opt_is_valid(opt); opt++)
		if (!opt->hidden)
			write_opt(out, opt);
}

static void write_commands(struct str *out, const struct man_page *page)
{
	if (!page->cmd->commands)
		return;
	str_append(out, ".SH COMMANDS\n");
	for (const struct cmd_entry *entry = page->cmd->commands; entry->cmd; entry++) {
		char home[CMD_PATH_SIZE];

		if (entry->cmd->hidden || !cmd_tree_home(page->program, entry->cmd, home))
			continue;
		str_append(out, ".TP\n");
		write_bold(out, "", cmd_entry_name(entry));
		str_append_char(out, '\n');
		write_sentence(out, entry->cmd->summary);
		str_append(out, "See \\fB");
		write_page_name(out, home);
		str_append(out, "\\fR(1).\n");
	}
}

static void write_exit_notes(struct str *out, const struct cmd_exit_note *notes)
{
	if (!notes)
		return;
	str_append(out, ".SH EXIT STATUS\n");
	for (; notes->status; notes++) {
		str_append(out, ".TP\n");
		write_bold(out, "", notes->status);
		str_append_char(out, '\n');
		write_sentence(out, notes->what);
	}
}

static void write_examples(struct str *out, const struct man_page *page)
{
	const struct cmd_example *examples = page->cmd->examples;

	for (const struct cmd_example *one = examples; one && one->line; one++) {
		autostr line = STR_INIT;

		help_write_example(&line, one->line, page->program);
		str_append(out, one == examples ? ".SH EXAMPLES\n" : ".PP\n");
		write_sentence(out, one->what);
		str_append(out, ".PP\n.nf\n.RS\n");
		write_text(out, line.data ? line.data : "");
		str_append(out, "\n.RE\n.fi\n");
	}
}

/* The page of the group above; a command of the program refers to the program. */
static void write_see_also(struct str *out, const struct man_page *page)
{
	const char *last = strrchr(page->path, ' ');
	autostr parent = STR_INIT;

	if (!last)
		return;
	str_append_len(&parent, page->path, (size_t)(last - page->path));
	str_append(out, ".SH SEE ALSO\n\\fB");
	write_page_name(out, parent.data ? parent.data : "");
	str_append(out, "\\fR(1)\n");
}

void man_write(struct str *out, const struct man_page *page)
{
	write_head(out, page);
	write_description(out, page);
	write_commands(out, page);
	write_opts(out, page->cmd);
	write_exit_notes(out, page->cmd->exit_notes);
	write_examples(out, page);
	write_see_also(out, page);
}

void man_write_name(const char *path, char ret_name[MAN_NAME_SIZE])
{
	(void)snprintf(ret_name, MAN_NAME_SIZE, "%s.1", path);
	for (char *p = ret_name; *p; p++)
		if (*p == ' ')
			*p = '-';
}
