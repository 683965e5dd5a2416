/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/prune.h"

static const struct opt prune_opts[] = {
	FLAG('a', "all", struct prune_args, all, "also those that have a name"),
	PRUNE_FILTER,
	PRUNE_FORCE,
	END,
};

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct prune_args *args = untyped;

	(void)argc;
	(void)argv;
	return prune_run(ctx, args,
			 args->all ? "all local volumes that no container mounts"
				   : "anonymous local volumes that no container mounts",
			 containr_volume_prune, "Deleted Volumes");
}

static const struct cmd_example examples[] = {
	{ "containr volume prune", "remove what containers left behind" },
	{ "containr volume prune --all --filter label=scratch", "also by name, of one label" },
	{ 0 },
};

const struct cmd cmd_volume_prune = {
	.name = "prune",
	.summary = "remove volumes that no container mounts",
	.description =
		"Removes anonymous volumes, and prints their names and how much space that gave.",
	.section = CMD_SECTION_SYSTEM,
	.opts = prune_opts,
	.examples = examples,
	.args_size = sizeof(struct prune_args),
	.run = run,
};
