/* SPDX-License-Identifier: MIT */
#include "cli/cmd_tree.h"

#include <assert.h>
#include <string.h>

void cmd_path_append(char path[CMD_PATH_SIZE], const char *name)
{
	size_t used = strlen(path);

	(void)snprintf(path + used, CMD_PATH_SIZE - used, "%s%s", used ? " " : "", name);
}

void cmd_walk_begin(struct cmd_walk *walk, const struct cmd *program)
{
	*walk = (struct cmd_walk) { .program = program };
	walk->groups[0] = program;
	walk->next[0] = program->commands;
}

static void write_group_path(struct cmd_walk *walk)
{
	walk->group_path[0] = '\0';
	cmd_path_append(walk->group_path, walk->program->name);
	/* a level's `next` is already behind the entry that opened the level below */
	for (size_t i = 0; i < walk->depth; i++)
		cmd_path_append(walk->group_path, cmd_entry_name(walk->next[i] - 1));
}

bool cmd_walk_next(struct cmd_walk *walk)
{
	if (walk->entry && walk->entry->cmd->commands) {
		assert(walk->depth + 1 < CMD_TREE_DEPTH);
		walk->depth++;
		walk->groups[walk->depth] = walk->entry->cmd;
		walk->next[walk->depth] = walk->entry->cmd->commands;
	}
	while (!walk->next[walk->depth]->cmd) {
		if (walk->depth == 0)
			return false;
		walk->depth--;
	}
	walk->group = walk->groups[walk->depth];
	write_group_path(walk);
	walk->entry = walk->next[walk->depth]++;
	memcpy(walk->path, walk->group_path, sizeof(walk->path));
	cmd_path_append(walk->path, cmd_entry_name(walk->entry));
	return true;
}

bool cmd_tree_home(const struct cmd *program, const struct cmd *cmd, char ret_path[CMD_PATH_SIZE])
{
	struct cmd_walk walk;
	bool found = false;

	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk)) {
		if (walk.entry->cmd != cmd || (found && walk.depth > 0))
			continue;
		memcpy(ret_path, walk.path, CMD_PATH_SIZE);
		found = true;
		if (walk.depth == 0)
			break;
	}
	return found;
}

bool cmd_walk_is_home(const struct cmd_walk *walk)
{
	char home[CMD_PATH_SIZE];

	return cmd_tree_home(walk->program, walk->entry->cmd, home) &&
	       strcmp(home, walk->path) == 0;
}

size_t cmd_tree_names(struct str *out, const struct cmd *program, const struct cmd *cmd)
{
	struct cmd_walk walk;
	size_t count = 0;

	cmd_walk_begin(&walk, program);
	while (cmd_walk_next(&walk)) {
		const char *const *aliases = cmd_entry_aliases(walk.entry);

		if (walk.entry->cmd != cmd)
			continue;
		str_appendf(out, "%s%s", count++ ? ", " : "", walk.path);
		for (; aliases && *aliases; aliases++, count++)
			str_appendf(out, ", %s %s", walk.group_path, *aliases);
	}
	return count;
}
