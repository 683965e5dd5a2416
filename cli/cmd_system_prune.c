/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/engine.h"
#include "cli/prune.h"

static const struct opt prune_opts[] = {
	FLAG('a', "all", struct prune_args, all, "also images that have a name and no container"),
	PRUNE_FILTER,
	PRUNE_FORCE,
	FLAG(0, "volumes", struct prune_args, volumes, "also anonymous volumes"),
	END,
};

static const char *what_goes(const struct prune_args *args)
{
	if (args->volumes)
		return args->all ? "all stopped containers, all anonymous volumes not used by a "
				   "container, and all images without a container"
				 : "all stopped containers, all anonymous volumes not used by a "
				   "container, and all dangling images";
	return args->all ? "all stopped containers, and all images without a container"
			 : "all stopped containers, and all dangling images";
}

static int prune_all(struct cmd_context *ctx, struct containr *engine,
		     const struct prune_args *args, const struct prune_filter *filter)
{
	struct containr_prune_options anonymous = filter->options;
	int64_t total = 0;
	int r = prune_and_print(ctx, engine, containr_container_prune, &filter->options,
				"Deleted Containers", &total);

	anonymous.all = false;
	if (r == 0 && args->volumes)
		r = prune_and_print(ctx, engine, containr_volume_prune, &anonymous,
				    "Deleted Volumes", &total);
	if (r == 0)
		r = prune_and_print(ctx, engine, containr_image_prune, &filter->options,
				    "Deleted Images", &total);
	return r < 0 ? r : prune_print_total(ctx, total);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct prune_args *args = untyped;
	autoprunefilter filter = { 0 };
	autoengine *engine = NULL;
	int r = prune_filter_parse(args, &filter, ctx->err);

	(void)argc;
	(void)argv;
	if (r < 0)
		return r;
	if (!prune_confirm(ctx, args, what_goes(args)))
		return 1;
	r = engine_open(ctx, &engine);
	return r < 0 ? r : prune_all(ctx, engine, args, &filter);
}

static const struct cmd_example examples[] = {
	{ "containr system prune", "remove what no container needs any more" },
	{ "containr system prune --all --volumes --force", "everything that does not run" },
	{ 0 },
};

const struct cmd cmd_system_prune = {
	.name = "prune",
	.summary = "remove stopped containers, and images that nobody needs",
	.description =
		"Prints what was removed, and how much space that gave. Volumes that have a name "
		"stay in any case.",
	.section = CMD_SECTION_SYSTEM,
	.opts = prune_opts,
	.examples = examples,
	.args_size = sizeof(struct prune_args),
	.run = run,
};
