/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

struct delete_args {
	bool force;
};

static const struct opt delete_opts[] = {
	FLAG('f', "force", struct delete_args, force,
	     "end it first if it runs; one that is not there is fine"),
	END,
};

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct delete_args *args = untyped;
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	int r = runtime_open(ctx, &log, argv[0], &bundle);

	(void)argc;
	if (r < 0 && args->force && ctx->err->code == CONTAINR_E_CONTAINER_NOT_FOUND)
		return 0;
	return r < 0 ? r : bundle_delete(&bundle, args->force, ctx->err);
}

const struct cmd cmd_oci_delete = {
	.name = "delete",
	.operands = "ID",
	.summary = "remove a container that has ended",
	.opts = delete_opts,
	.args_size = sizeof(struct delete_args),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
