/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "cli/each.h"

static int unpause_one(struct cmd_context *ctx, struct containr *engine, const void *args,
		       const char *container)
{
	int r = containr_unpause(engine, container, ctx->err);

	(void)args;
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, unpause_one);
}

static const struct cmd_example examples[] = {
	{ "containr unpause web db", "let two containers go on" },
	{ 0 },
};

const struct cmd cmd_unpause = {
	.name = "unpause",
	.operands = "CONTAINER...",
	.summary = "let paused containers go on",
	.description = "Lets every process of each container go on where pause stopped it. "
		       "Prints the names as they were given.",
	.section = CMD_SECTION_CONTAINERS,
	.examples = examples,
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.complete_rest = COMPLETE_RUNNING,
	.run = run,
};
