/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"
#include "kernel/signal_name.h"

struct kill_args {
	bool all;
};

static const struct opt kill_opts[] = {
	FLAG('a', "all", struct kill_args, all, "send it to all processes of the container"),
	END,
};

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct kill_args *args = untyped;
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	int signal = 15;
	int r = argc > 1 ? signal_parse(argv[1], &signal, ctx->err) : 0;

	if (r == 0)
		r = runtime_open(ctx, &log, argv[0], &bundle);
	return r < 0 ? r : bundle_kill(&bundle, signal, args->all, ctx->err);
}

const struct cmd cmd_oci_kill = {
	.name = "kill",
	.operands = "ID [SIGNAL]",
	.summary = "send a signal to a container, SIGTERM where none is given",
	.opts = kill_opts,
	.args_size = sizeof(struct kill_args),
	.min_operands = 1,
	.max_operands = 2,
	.run = run,
};
