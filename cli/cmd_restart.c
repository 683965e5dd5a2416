/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/time.h"
#include "cli/each.h"

#define TIMEOUT_OF_CONTAINER (-1)

struct restart_args {
	int64_t timeout_ns;
	bool has_timeout;
};

static const struct opt restart_opts[] = {
	DURATION('t', "time", struct restart_args, timeout_ns, "TIME",
		 "how long to wait before killing; as the container was created with where not "
		 "given",
		 .given_at = GIVEN(struct restart_args, has_timeout), .aliases = WORDS("timeout")),
	END,
};

static int restart_one(struct cmd_context *ctx, struct containr *engine, const void *untyped,
		       const char *container)
{
	const struct restart_args *args = untyped;
	int64_t timeout_s = TIMEOUT_OF_CONTAINER;
	int r;

	if (args->has_timeout)
		timeout_s = (args->timeout_ns + TIME_NS_PER_SEC - 1) / TIME_NS_PER_SEC;
	r = containr_restart(engine, container, timeout_s, ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, restart_one);
}

static const struct cmd_example examples[] = {
	{ "containr restart web", "stop a container as stop does, and start it again" },
	{ 0 },
};

const struct cmd cmd_restart = {
	.name = "restart",
	.operands = "CONTAINER...",
	.summary = "stop containers and start them again",
	.description =
		"Stops each container that runs as containr stop does, starts it, and prints "
		"the names as they were given. What it changed in its file system stays.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = restart_opts,
	.examples = examples,
	.args_size = sizeof(struct restart_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_CONTAINERS,
	.complete_rest = COMPLETE_CONTAINERS,
	.enters_container = true,
	.run = run,
};
