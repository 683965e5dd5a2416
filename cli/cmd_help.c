/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/cmd_tree.h"
#include "cli/help.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)args;
	ctx->cmd = ctx->program;
	ctx->path[0] = '\0';
	cmd_path_append(ctx->path, ctx->program->name);
	for (int i = 0; i < argc; i++) {
		const struct cmd_entry *entry = cmd_find(ctx->cmd, argv[i]);

		if (!entry)
			return cmd_fail_unknown(ctx, argv[i]);
		ctx->cmd = entry->cmd;
		cmd_path_append(ctx->path, cmd_entry_name(entry));
	}
	return help_print(ctx);
}

static const struct cmd_example examples[] = {
	{ "@program@ help completion", "show how a command is used" },
	{ 0 },
};

const struct cmd cmd_help = {
	.name = "help",
	.operands = "[COMMAND...]",
	.summary = "show the help of the program or of a command",
	.section = CMD_SECTION_SYSTEM,
	.examples = examples,
	.max_operands = -1,
	.complete_first = COMPLETE_COMMANDS,
	.complete_rest = COMPLETE_COMMANDS,
	.run = run,
};
