/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "cli/each.h"
#include "kernel/signal_name.h"

struct kill_args {
	const char *signal;
};

static const struct opt kill_opts[] = {
	STRING('s', "signal", struct kill_args, signal, "SIGNAL",
	       "signal to send, by name or number", .preset = "KILL", .complete = COMPLETE_SIGNALS),
	END,
};

static int kill_one(struct cmd_context *ctx, struct containr *engine, const void *args,
		    const char *container)
{
	const int *signal = args;
	int r = containr_kill(engine, container, *signal, ctx->err);

	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	return r;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct kill_args *args = untyped;
	int signal;
	int r = signal_parse(args->signal, &signal, ctx->err);

	(void)argc;
	if (r < 0)
		return fail_prefix(ctx->err, "--signal");
	return each_operand(ctx, &signal, argv, kill_one);
}

static const struct cmd_example examples[] = {
	{ "containr kill web", "end a container at once" },
	{ "containr kill --signal HUP web", "make a server read its configuration again" },
	{ 0 },
};

const struct cmd cmd_kill = {
	.name = "kill",
	.operands = "CONTAINER...",
	.summary = "send a signal to running containers",
	.description = "Sends a signal to the first process of each container and prints the names "
		       "as they were given. The kernel withholds from a first process every signal "
		       "that it does not handle, but for SIGKILL and SIGSTOP: see run --init.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = kill_opts,
	.examples = examples,
	.args_size = sizeof(struct kill_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.complete_rest = COMPLETE_RUNNING,
	.run = run,
};
