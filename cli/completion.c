/* SPDX-License-Identifier: MIT */
#include "cli/completion.h"

#include <string.h>

void completion_write_id(struct str *out, const char *text)
{
	for (; *text; text++)
		str_append_char(out, *text == '-' || *text == ' ' ? '_' : *text);
}

static bool take_mark(const char **text, const char *mark)
{
	if (!str_starts_with(*text, mark))
		return false;
	*text += strlen(mark);
	return true;
}

const char *completion_fill(struct str *out, const char *script, const struct cmd *program)
{
	while (*script) {
		size_t len = strcspn(script, "@");

		str_append_len(out, script, len);
		script += len;
		if (take_mark(&script, "@facts@\n"))
			return script;
		if (take_mark(&script, "@program@"))
			str_append(out, program->name);
		else if (take_mark(&script, "@id@"))
			completion_write_id(out, program->name);
		else if (take_mark(&script, "@version@"))
			str_append(out, CONTAINR_VERSION);
		else if (*script)
			str_append_char(out, *script++);
	}
	return NULL;
}

void completion_quote(struct str *out, const char *text, const char *quote)
{
	str_append_char(out, '\'');
	for (; *text; text++) {
		if (*text == '\'')
			str_append(out, quote);
		else
			str_append_char(out, *text);
	}
	str_append_char(out, '\'');
}

void completion_write_places(struct str *out, const struct cmd *program, const struct cmd *cmd,
			     const char *separator)
{
	struct cmd_walk walk;
	const char *between = "";

	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk)) {
		const char *const *aliases = cmd_entry_aliases(walk.entry);

		if (walk.entry->cmd != cmd)
			continue;
		str_appendf(out, "%s'%s'", between, walk.path);
		between = separator;
		for (; aliases && *aliases; aliases++)
			str_appendf(out, "%s'%s %s'", between, walk.group_path, *aliases);
	}
}

void completion_write_kind(struct str *out, const struct opt *opt)
{
	if (!opt->choices) {
		str_append(out, complete_kind_name(opt->complete));
		return;
	}
	for (size_t i = 0; opt->choices[i]; i++)
		str_appendf(out, "%c%s", i ? ',' : '@', opt->choices[i]);
}

bool completion_has_help(const struct cmd *cmd)
{
	return opt_find_name(cmd->opts, "help", strlen("help"));
}
