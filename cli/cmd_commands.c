/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/commands_json.h"

struct commands_args {
	bool json;
};

static const struct opt commands_opts[] = {
	FLAG(0, "json", struct commands_args, json, "as JSON; the only form there is"),
	END,
};

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autostr out = STR_INIT;

	(void)args;
	(void)argc;
	(void)argv;
	commands_write_json(&out, ctx->program);
	return cmd_print(ctx, &out);
}

const struct cmd cmd_commands = {
	.name = "__commands",
	.summary = "print every command with its options",
	.section = CMD_SECTION_SYSTEM,
	.opts = commands_opts,
	.args_size = sizeof(struct commands_args),
	.hidden = true,
	.run = run,
};
