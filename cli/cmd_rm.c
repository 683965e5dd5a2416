/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "cli/each.h"

struct rm_args {
	bool force;
	bool volumes;
};

static const struct opt rm_opts[] = {
	FLAG('f', "force", struct rm_args, force,
	     "kill those that run; one that does not exist is fine"),
	FLAG('v', "volumes", struct rm_args, volumes, "with their anonymous volumes"),
	END,
};

static int remove_one(struct cmd_context *ctx, struct containr *engine, const void *untyped,
		      const char *container)
{
	const struct rm_args *args = untyped;
	unsigned int flags = (args->force ? CONTAINR_REMOVE_FORCE : 0) |
			     (args->volumes ? CONTAINR_REMOVE_VOLUMES : 0);
	int r = containr_remove(engine, container, flags, ctx->err);

	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	/* gone is what --force asks for, as with rm(1) */
	if (r == -CONTAINR_E_CONTAINER_NOT_FOUND && args->force)
		return 0;
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, remove_one);
}

static const struct cmd_example examples[] = {
	{ "containr rm web", "remove a container that has ended" },
	{ "containr rm --force $(containr ps -aq)", "remove all containers, running or not" },
	{ 0 },
};

const struct cmd cmd_rm = {
	.name = "rm",
	.aliases = WORDS("remove"),
	.operands = "CONTAINER...",
	.summary = "remove containers",
	.description = "Removes containers with their files and logs, and prints the names as they "
		       "were given.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = rm_opts,
	.examples = examples,
	.args_size = sizeof(struct rm_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_CONTAINERS,
	.complete_rest = COMPLETE_CONTAINERS,
	.run = run,
};
