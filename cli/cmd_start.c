/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "cli/attach.h"
#include "cli/each.h"
#include "cli/engine.h"

#include <unistd.h>

struct start_args {
	const char *detach_keys;
	bool attach;
	bool interactive;
	bool sig_proxy;
};

static const struct opt start_opts[] = {
	FLAG('a', "attach", struct start_args, attach, "show its output until it ends"),
	STRING(0, "detach-keys", struct start_args, detach_keys, "KEYS",
	       "keys that leave a container with a terminal running", .preset = "ctrl-p,ctrl-q"),
	FLAG('i', "interactive", struct start_args, interactive,
	     "pass standard input on, and show its output"),
	FLAG(0, "sig-proxy", struct start_args, sig_proxy, "pass signals on to the container",
	     .preset = "true"),
	END,
};

static int start_one(struct cmd_context *ctx, struct containr *engine, const void *args,
		     const char *container)
{
	int r = containr_start(engine, container, NULL, ctx->err);

	(void)args;
	/* what runs is started, as docker and podman see it */
	if (r == -CONTAINR_E_CONTAINER_RUNNING)
		r = 0;
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", container);
	return r;
}

/* By id: its name may be another container's by the time it is used. */
static int start_attached(struct cmd_context *ctx, struct containr *engine,
			  const struct start_args *args, const struct containr_container *container)
{
	const struct attach_args attach = { .interactive = args->interactive,
					    .tty = container->tty,
					    .sig_proxy = args->sig_proxy,
					    .detach_keys = args->detach_keys };
	autoclose int connection = -1;
	int r = attach_check_terminal(&attach, container->name, ctx->err);

	if (r == 0)
		r = containr_start(engine, container->id, &connection, ctx->err);
	if (r == -CONTAINR_E_CONTAINER_RUNNING)
		r = containr_connect(engine, container->name, &connection, ctx->err);
	return r < 0 ? r : attach_streams(ctx, engine, container->id, connection, &attach);
}

static int attach_one(struct cmd_context *ctx, const struct start_args *args, const char *name)
{
	autoengine *engine = NULL;
	struct containr_container *container = NULL;
	int r = engine_open(ctx, &engine);

	if (r == 0)
		r = containr_container_find(engine, name, &container, ctx->err);
	if (r == 0)
		r = start_attached(ctx, engine, args, container);
	containr_container_free(container);
	return r;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct start_args *args = untyped;

	if (!args->attach && !args->interactive)
		return each_operand(ctx, args, argv, start_one);
	if (argc > 1) {
		(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
			   "only one container can be attached to");
		return fail_hint(ctx->err, "leave out --attach and --interactive, or start them "
					   "one by one");
	}
	return attach_one(ctx, args, argv[0]);
}

static const struct cmd_example examples[] = {
	{ "containr start web db", "start two containers in the background" },
	{ "containr start --attach build", "run a container again and see its output" },
	{ "containr start -ai shell", "the same, with standard input" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "125", "a container could not be started" },
	{ "126", "its command cannot be executed" },
	{ "127", "its command was not found" },
	{ "else", "with --attach or --interactive, as its command exited" },
	{ 0 },
};

const struct cmd cmd_start = {
	.name = "start",
	.operands = "CONTAINER...",
	.summary = "start containers that were created or have ended",
	.description = "Starts each container in the background and prints the names as they were "
		       "given. One that runs already is fine. What a container changed in its file "
		       "system the last time is still there.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = start_opts,
	.examples = examples,
	.exit_notes = exit_notes,
	.args_size = sizeof(struct start_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_STOPPED,
	.complete_rest = COMPLETE_STOPPED,
	.enters_container = true,
	.run = run,
};
