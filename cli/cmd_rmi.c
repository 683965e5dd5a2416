/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/image.h>

#include "cli/each.h"

struct rmi_args {
	bool force;
};

static const struct opt rmi_opts[] = {
	FLAG('f', "force", struct rmi_args, force,
	     "also while containers use it; by id, with all its names"),
	END,
};

static int remove_one(struct cmd_context *ctx, struct containr *engine, const void *args,
		      const char *operand)
{
	const struct rmi_args *rmi = args;
	unsigned int flags = rmi->force ? CONTAINR_IMAGE_FORCE : 0;
	char **deleted = NULL;
	int r = containr_image_remove(engine, operand, flags, &deleted, ctx->err);

	for (char **line = deleted; r == 0 && *line; line++)
		(void)fprintf(ctx->out, "%s\n", *line);
	containr_strings_free(deleted);
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, remove_one);
}

static const struct cmd_example examples[] = {
	{ "containr rmi busybox demo:2", "remove two names, and the images that had no other" },
	{ "containr rmi --force 1f2e3d", "remove an image with all its names" },
	{ 0 },
};

const struct cmd cmd_rmi = {
	.name = "rmi",
	.operands = "IMAGE...",
	.summary = "remove images",
	.description = "Removes names. With its last name an image goes, and with it the layers "
		       "that no other image and no container needs.",
	.section = CMD_SECTION_IMAGES,
	.opts = rmi_opts,
	.examples = examples,
	.args_size = sizeof(struct rmi_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_IMAGES,
	.complete_rest = COMPLETE_IMAGES,
	.run = run,
};
