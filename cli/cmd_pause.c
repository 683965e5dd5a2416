/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "cli/each.h"

static int pause_one(struct cmd_context *ctx, struct containr *engine, const void *args,
		     const char *container)
{
	int r = containr_pause(engine, container, ctx->err);

	(void)args;
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, pause_one);
}

static const struct cmd_example examples[] = {
	{ "containr pause web db", "freeze two containers" },
	{ 0 },
};

const struct cmd cmd_pause = {
	.name = "pause",
	.operands = "CONTAINER...",
	.summary = "freeze all processes of containers",
	.description = "Stops every process of each container where it is, until unpause lets "
		       "it go on; no process notices. stop, kill and rm --force of a paused "
		       "container let it go on for that. Prints the names as they were given.",
	.section = CMD_SECTION_CONTAINERS,
	.examples = examples,
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.complete_rest = COMPLETE_RUNNING,
	.run = run,
};
