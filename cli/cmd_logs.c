/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/time.h"
#include "cli/engine.h"

#include <string.h>
#include <unistd.h>

#define TAIL_ALL (-1)

struct logs_args {
	const char *since;
	const char *tail;
	const char *until;
	bool follow;
	bool timestamps;
};

static const struct opt logs_opts[] = {
	FLAG('f', "follow", struct logs_args, follow, "go on until the container ends"),
	STRING(0, "since", struct logs_args, since, "TIME",
	       "only what was written since then, e.g. 2026-01-31T12:00:00 or 10m"),
	STRING('n', "tail", struct logs_args, tail, "NUMBER", "how many of the last lines to show",
	       .preset = "all"),
	FLAG('t', "timestamps", struct logs_args, timestamps, "put the time before each line"),
	STRING(0, "until", struct logs_args, until, "TIME",
	       "only what was written until then, e.g. 2026-01-31T12:00:00 or 10m"),
	END,
};

/* As docker's client: "all", and also -1 for it. */
static int read_tail(const char *text, int64_t *ret_tail, struct containr_error *err)
{
	if (strcmp(text, "all") == 0) {
		*ret_tail = TAIL_ALL;
		return 0;
	}
	if (parse_int64(text, "--tail", TAIL_ALL, INT64_MAX, ret_tail, err) < 0)
		return fail_hint(err, "write a number of lines, or all");
	return 0;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct logs_args *args = untyped;
	struct containr_logs_options options = { .follow = args->follow,
						 .timestamps = args->timestamps,
						 .stdout_fd = STDOUT_FILENO,
						 .stderr_fd = STDERR_FILENO };
	int64_t now = time_now_ns();
	autoengine *engine = NULL;
	int r = read_tail(args->tail, &options.tail, ctx->err);

	(void)argc;
	if (r == 0 && args->since)
		r = time_parse(args->since, "--since", now, &options.since_ns, ctx->err);
	if (r == 0 && args->until)
		r = time_parse(args->until, "--until", now, &options.until_ns, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	return r < 0 ? r : containr_logs(engine, argv[0], &options, ctx->err);
}

static const struct cmd_example examples[] = {
	{ "containr logs --tail 20 --follow web", "the last lines, and what is still to come" },
	{ "containr logs --timestamps --since 10m web", "the last ten minutes, with times" },
	{ "containr logs web 2> /dev/null", "only what it wrote to its standard output" },
	{ 0 },
};

const struct cmd cmd_logs = {
	.name = "logs",
	.operands = "CONTAINER",
	.summary = "show the output of a container",
	.description =
		"What the container wrote to its standard output goes to standard output, "
		"what it wrote to its standard error to standard error.\n"
		"\n"
		"A TIME is a date with or without time (UTC where no zone is given), seconds "
		"since 1970, or how long ago it was, such as 1h30m.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = logs_opts,
	.examples = examples,
	.args_size = sizeof(struct logs_args),
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_CONTAINERS,
	.run = run,
};
