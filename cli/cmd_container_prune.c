/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/prune.h"

static const struct opt prune_opts[] = {
	PRUNE_FILTER,
	PRUNE_FORCE,
	END,
};

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct prune_args *args = untyped;

	(void)argc;
	(void)argv;
	return prune_run(ctx, args, "all stopped containers", containr_container_prune,
			 "Deleted Containers");
}

static const struct cmd_example examples[] = {
	{ "containr container prune --filter until=24h", "remove what is older than a day" },
	{ 0 },
};

const struct cmd cmd_container_prune = {
	.name = "prune",
	.summary = "remove the containers that do not run",
	.description = "Prints their ids, and how much space that gave.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = prune_opts,
	.examples = examples,
	.args_size = sizeof(struct prune_args),
	.run = run,
};
