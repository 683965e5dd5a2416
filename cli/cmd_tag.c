/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/image.h>

#include "cli/engine.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoengine *engine = NULL;
	int r = engine_open(ctx, &engine);

	(void)args;
	(void)argc;
	return r < 0 ? r : containr_image_tag(engine, argv[0], argv[1], ctx->err);
}

static const struct cmd_example examples[] = {
	{ "containr tag busybox registry.example.com/tools/busybox:1",
	  "give an image a second name" },
	{ 0 },
};

const struct cmd cmd_tag = {
	.name = "tag",
	.operands = "IMAGE NAME[:TAG]",
	.summary = "give an image a further name",
	.section = CMD_SECTION_IMAGES,
	.examples = examples,
	.min_operands = 2,
	.max_operands = 2,
	.complete_first = COMPLETE_IMAGES,
	.complete_rest = COMPLETE_IMAGES,
	.run = run,
};
