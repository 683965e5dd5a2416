/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "cli/engine.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoengine *engine = NULL;
	int r = engine_open(ctx, &engine);

	(void)args;
	(void)argc;
	return r < 0 ? r : containr_rename(engine, argv[0], argv[1], ctx->err);
}

static const struct cmd_example examples[] = {
	{ "containr rename quiet_otter web", "give a container a name that says what it is for" },
	{ 0 },
};

const struct cmd cmd_rename = {
	.name = "rename",
	.operands = "CONTAINER NEW_NAME",
	.summary = "give a container another name",
	.description = "A running container may be renamed too. Its hostname stays as it is.",
	.section = CMD_SECTION_CONTAINERS,
	.examples = examples,
	.min_operands = 2,
	.max_operands = 2,
	.complete_first = COMPLETE_CONTAINERS,
	.run = run,
};
