/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/time.h"
#include "cli/each.h"

#define STOP_TIMEOUT_OF_CONTAINER (-1)

struct stop_args {
	int64_t timeout_ns;
	bool has_timeout;
};

static const struct opt stop_opts[] = {
	DURATION('t', "time", struct stop_args, timeout_ns, "TIME",
		 "how long to wait before killing; as the container was created with where not "
		 "given",
		 .given_at = GIVEN(struct stop_args, has_timeout), .aliases = WORDS("timeout")),
	END,
};

static int stop_one(struct cmd_context *ctx, struct containr *engine, const void *untyped,
		    const char *container)
{
	const struct stop_args *args = untyped;
	int64_t timeout_s = STOP_TIMEOUT_OF_CONTAINER;
	int r;

	if (args->has_timeout)
		timeout_s = (args->timeout_ns + TIME_NS_PER_SEC - 1) / TIME_NS_PER_SEC;
	r = containr_stop(engine, container, timeout_s, ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	return r;
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, stop_one);
}

static const struct cmd_example examples[] = {
	{ "containr stop web", "ask a container to end, and kill it after 10 seconds" },
	{ "containr stop --time 1m db cache", "give two containers a minute each" },
	{ 0 },
};

const struct cmd cmd_stop = {
	.name = "stop",
	.operands = "CONTAINER...",
	.summary = "stop running containers",
	.description =
		"Sends each container its stop signal (SIGTERM where neither the image nor "
		"run --stop-signal says otherwise), waits for its end, and kills it when the "
		"time is over. A container that does not run is fine. Prints the names as "
		"they were given.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = stop_opts,
	.examples = examples,
	.args_size = sizeof(struct stop_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.complete_rest = COMPLETE_RUNNING,
	.run = run,
};
