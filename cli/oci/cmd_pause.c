/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)args;
	(void)argc;
	return runtime_act(ctx, argv[0], bundle_pause);
}

const struct cmd cmd_oci_pause = {
	.name = "pause",
	.operands = "ID",
	.summary = "freeze all processes of a container",
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
