/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/health.h>

#include "cli/engine.h"

#include <string.h>

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoengine *engine = NULL;
	struct containr_health_result result = { 0 };
	int r = engine_open(ctx, &engine);

	(void)args;
	(void)argc;
	if (r == 0)
		r = containr_health_check(engine, argv[0], &result, ctx->err);
	if (r == 0 && !result.is_recorded)
		r = fail(ctx->err, CONTAINR_E_CONTAINER_NOT_RUNNING,
			 "container '%s' ended during the check", argv[0]);
	if (r < 0)
		return r;
	if (result.exit_code == 0)
		return 0;
	(void)fprintf(ctx->out, "%s\n", result.status);
	return 1;
}

static const struct cmd_example examples[] = {
	{ "containr healthcheck run web", "check now, and count the result" },
	{ "containr healthcheck run web && echo fine", "go on only if it is healthy" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "0", "the check passed" },
	{ "1", "it failed; the status of the container is printed" },
	{ "125",
	  "it could not be run: no such container, it does not run, it has no health check" },
	{ 0 },
};

const struct cmd cmd_healthcheck_run = {
	.name = "run",
	.operands = "CONTAINER",
	.summary = "run the health check of a container now",
	.description = "The result counts as that of the checks that run by themselves: see "
		       "--health-cmd of 'containr run'.",
	.section = CMD_SECTION_CONTAINERS,
	.examples = examples,
	.exit_notes = exit_notes,
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_RUNNING,
	.enters_container = true,
	.run = run,
};

static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_healthcheck_run },
	{ 0 },
};

const struct cmd cmd_healthcheck = {
	.name = "healthcheck",
	.summary = "check the health of containers",
	.section = CMD_SECTION_GROUPS,
	.commands = entries,
};
