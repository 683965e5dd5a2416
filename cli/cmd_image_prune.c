/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/prune.h"

static const struct opt prune_opts[] = {
	FLAG('a', "all", struct prune_args, all, "also images that have a name and no container"),
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
			 args->all ? "all images without at least one container"
				   : "all dangling images",
			 containr_image_prune, "Deleted Images");
}

static const struct cmd_example examples[] = {
	{ "containr image prune --all", "keep only the images that containers are made of" },
	{ 0 },
};

const struct cmd cmd_image_prune = {
	.name = "prune",
	.summary = "remove images without a name",
	.description = "What a container needs, running or not, stays. Prints what was removed, "
		       "and how much space that gave.",
	.section = CMD_SECTION_IMAGES,
	.opts = prune_opts,
	.examples = examples,
	.args_size = sizeof(struct prune_args),
	.run = run,
};
