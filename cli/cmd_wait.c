/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "cli/each.h"

static int wait_one(struct cmd_context *ctx, struct containr *engine, const void *args,
		    const char *container)
{
	int exit_code;
	int r = containr_wait(engine, container, &exit_code, ctx->err);

	(void)args;
	/* at once: who reads this may be waiting for the first of several to end */
	if (r == 0 && (fprintf(ctx->out, "%d\n", exit_code) < 0 || fflush(ctx->out) != 0))
		return fail_sys(ctx->err, CONTAINR_E_IO, "cannot write to standard output");
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, wait_one);
}

static const struct cmd_example examples[] = {
	{ "containr wait build", "wait for the end of a container and print its exit code" },
	{ 0 },
};

const struct cmd cmd_wait = {
	.name = "wait",
	.operands = "CONTAINER...",
	.summary = "wait until containers end and print their exit codes",
	.description = "Waits for each container in turn and prints its exit code on a line of its "
		       "own. For a container that is not running it is printed at once.",
	.section = CMD_SECTION_CONTAINERS,
	.examples = examples,
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.complete_rest = COMPLETE_RUNNING,
	.run = run,
};
