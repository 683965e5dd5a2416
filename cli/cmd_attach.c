/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "cli/attach.h"
#include "cli/engine.h"

#include <unistd.h>

struct attach_cmd_args {
	const char *detach_keys;
	bool no_stdin;
	bool sig_proxy;
};

static const struct opt attach_opts[] = {
	STRING(0, "detach-keys", struct attach_cmd_args, detach_keys, "KEYS",
	       "keys that leave a container with a terminal running", .preset = "ctrl-p,ctrl-q"),
	FLAG(0, "no-stdin", struct attach_cmd_args, no_stdin, "do not pass standard input on"),
	FLAG(0, "sig-proxy", struct attach_cmd_args, sig_proxy, "pass signals on to the container",
	     .preset = "true"),
	END,
};

static int attach(struct cmd_context *ctx, struct containr *engine,
		  const struct attach_cmd_args *args, const struct containr_container *container)
{
	const struct attach_args attach = { .interactive = !args->no_stdin && container->stdin_open,
					    .tty = container->tty,
					    .sig_proxy = args->sig_proxy,
					    .detach_keys = args->detach_keys };
	autoclose int connection = -1;
	int r = attach_check_terminal(&attach, container->name, ctx->err);

	if (r == 0)
		r = containr_connect(engine, container->name, &connection, ctx->err);
	return r < 0 ? r : attach_streams(ctx, engine, container->id, connection, &attach);
}

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoengine *engine = NULL;
	struct containr_container *container = NULL;
	int r = engine_open(ctx, &engine);

	(void)argc;
	if (r == 0)
		r = containr_container_find(engine, argv[0], &container, ctx->err);
	if (r == 0)
		r = attach(ctx, engine, args, container);
	containr_container_free(container);
	return r;
}

static const struct cmd_example examples[] = {
	{ "containr attach web", "see what a container writes from now on" },
	{ "containr attach --no-stdin --sig-proxy=false web", "only look; ctrl-c ends just that" },
	{ "containr attach --detach-keys ctrl-x shell", "leave again by ctrl-x" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "0", "it was detached from, or its command exited so" },
	{ "125", "it could not be attached to" },
	{ "else", "as its command exited" },
	{ 0 },
};

const struct cmd cmd_attach = {
	.name = "attach",
	.operands = "CONTAINER",
	.summary = "connect with the standard streams of a running container",
	.description =
		"Shows what the container writes from now on until it ends, and passes standard "
		"input on to one that was created with --interactive. Several may be attached at "
		"once, eight beside the one that started it. Nobody waits for them: what one does "
		"not read in time it misses, and is told so; the log has it.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = attach_opts,
	.examples = examples,
	.exit_notes = exit_notes,
	.args_size = sizeof(struct attach_cmd_args),
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_RUNNING,
	.run = run,
};
