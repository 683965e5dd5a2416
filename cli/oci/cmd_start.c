/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	int r = runtime_open(ctx, &log, argv[0], &bundle);

	(void)args;
	(void)argc;
	return r < 0 ? r : bundle_start(&bundle, ctx->err);
}

const struct cmd cmd_oci_start = {
	.name = "start",
	.operands = "ID",
	.summary = "let a created container run its program",
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
