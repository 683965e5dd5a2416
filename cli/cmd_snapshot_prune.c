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
	(void)argc;
	(void)argv;
	return prune_run(ctx, untyped, "all snapshots on which no container stands",
			 containr_snapshot_prune, "Deleted Snapshots");
}

static const struct cmd_example examples[] = {
	{ "containr snapshot prune --filter until=720h", "remove what is older than a month" },
	{ 0 },
};

const struct cmd cmd_snapshot_prune = {
	.name = "prune",
	.summary = "remove snapshots on which no container stands",
	.description =
		"One on which another snapshot stands goes only together with that. Prints the "
		"names and how much space that gave.",
	.section = CMD_SECTION_IMAGES,
	.opts = prune_opts,
	.examples = examples,
	.args_size = sizeof(struct prune_args),
	.run = run,
};
