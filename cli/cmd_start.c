/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "cli/attach.h"
#include "cli/container_list.h"
#include "cli/each.h"
#include "cli/engine.h"
#include "cli/error_print.h"
#include "cli/ps_rows.h"

#include <unistd.h>

struct start_args {
	const char *detach_keys;
	struct strv filters;
	bool all;
	bool attach;
	bool interactive;
	bool sig_proxy;
};

static const struct opt start_opts[] = {
	FLAG(0, "all", struct start_args, all, "start all containers, those that --filter wants"),
	FLAG('a', "attach", struct start_args, attach, "show its output until it ends"),
	STRING(0, "detach-keys", struct start_args, detach_keys, "KEYS",
	       "keys that leave a container with a terminal running", .preset = "ctrl-p,ctrl-q"),
	STRINGS(0, "filter", struct start_args, filters, "KEY=VALUE",
		"with --all: only those that ps --all --filter shows"),
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

static int start_wanted(struct cmd_context *ctx, struct containr *engine,
			const struct start_args *args, const struct container_list *list)
{
	struct ps_filter filter;
	int status = 0;
	int r = ps_filter_prepare(engine, &args->filters, &filter, ctx->err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < list->count; i++) {
		const struct containr_container *container = list->items[i];

		if (container->pid != 0 || !ps_filter_passes(&filter, container))
			continue;
		r = start_one(ctx, engine, args, container->name);
		if (r == 0)
			continue;
		error_print(ctx);
		status = containr_error_exit_status(-r);
	}
	return status;
}

static int start_all(struct cmd_context *ctx, const struct start_args *args, int argc)
{
	autocontainerlist list = { 0 };
	autoengine *engine = NULL;
	int r;

	if (argc > 0 || args->attach || args->interactive) {
		(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
			   "--all takes no containers, and does not attach");
		return fail_hint(ctx->err, "choose among all with --filter");
	}
	r = ps_filter_check(&args->filters, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_container_list(engine, true, &list.items, &list.count, ctx->err);
	return r < 0 ? r : start_wanted(ctx, engine, args, &list);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct start_args *args = untyped;

	if (args->all)
		return start_all(ctx, args, argc);
	if (argc == 0)
		return cmd_fail_operands(ctx, "at least ", 1);
	if (args->filters.len > 0) {
		(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "--filter needs --all");
		return fail_hint(ctx->err, "name the containers, or use --all");
	}
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
	{ "containr start --all --filter should-start-on-boot=true",
	  "after a boot: what the restart policies want to run" },
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
	.operands = "[CONTAINER...]",
	.summary = "start containers that were created or have ended",
	.description = "Starts each container in the background and prints the names as they were "
		       "given. One that runs already is fine. What a container changed in its file "
		       "system the last time is still there.\n"
		       "\n"
		       "No daemon starts containers with a restart policy when the host boots: "
		       "let a service do it, with --all --filter should-start-on-boot=true. That "
		       "is those with the policy always, and with unless-stopped those that nobody "
		       "stopped.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = start_opts,
	.examples = examples,
	.exit_notes = exit_notes,
	.args_size = sizeof(struct start_args),
	.max_operands = -1,
	.complete_first = COMPLETE_STOPPED,
	.complete_rest = COMPLETE_STOPPED,
	.enters_container = true,
	.run = run,
};
