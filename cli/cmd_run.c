/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "cli/attach.h"
#include "cli/cid_file.h"
#include "cli/engine.h"
#include "cli/pull_missing.h"
#include "cli/run_opts.h"

#include <unistd.h>

static const struct opt run_opts[] = {
	RUN_OPTS_ADD_HOST_TO_CPUSET,
	FLAG('d', "detach", struct run_args, detach, "run in the background and print the id"),
	STRING(0, "detach-keys", struct run_args, detach_keys, "KEYS",
	       "keys that leave a container with a terminal running", .preset = "ctrl-p,ctrl-q"),
	RUN_OPTS_DEVICE_TO_SHM_SIZE,
	FLAG(0, "sig-proxy", struct run_args, sig_proxy, "pass signals on to the container",
	     .preset = "true"),
	RUN_OPTS_STOP_TO_WORKDIR,
	END,
};

static int check(const struct run_args *args, struct containr_error *err)
{
	if (args->tty && args->interactive && !args->detach && !args->dry_run &&
	    !isatty(STDIN_FILENO)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--tty with --interactive: standard input is no terminal");
		return fail_hint(err, "leave out -t, or run it from a terminal");
	}
	return 0;
}

static int start(struct cmd_context *ctx, struct containr *engine, const struct run_args *args,
		 const struct containr_spec *spec, char id[CONTAINR_ID_LENGTH + 1],
		 int *ret_connection)
{
	autocidfile cid_file = CID_FILE_INIT;
	int r = cid_file_create(args->cid_file, &cid_file, ctx->err);

	if (r == 0)
		r = containr_run(engine, spec, id, ret_connection, ctx->err);
	return r < 0 ? r : cid_file_write(&cid_file, id, ctx->err);
}

static int run_attached(struct cmd_context *ctx, struct containr *engine,
			const struct run_args *args, const struct containr_spec *spec)
{
	const struct attach_args attach = { .interactive = args->interactive,
					    .tty = args->tty,
					    .sig_proxy = args->sig_proxy,
					    .detach_keys = args->detach_keys };
	autoclose int connection = -1;
	char id[CONTAINR_ID_LENGTH + 1];
	int r = start(ctx, engine, args, spec, id, &connection);

	return r < 0 ? r : attach_streams(ctx, engine, id, connection, &attach);
}

static int run_detached(struct cmd_context *ctx, struct containr *engine,
			const struct run_args *args, const struct containr_spec *spec)
{
	char id[CONTAINR_ID_LENGTH + 1];
	int r = start(ctx, engine, args, spec, id, NULL);

	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", id);
	return r;
}

static int run_once(struct cmd_context *ctx, struct containr *engine, const struct run_args *args,
		    const struct containr_spec *spec)
{
	if (args->dry_run)
		return containr_run_plan(engine, spec, STDOUT_FILENO, ctx->err);
	if (args->detach)
		return run_detached(ctx, engine, args, spec);
	return run_attached(ctx, engine, args, spec);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct run_args *args = untyped;
	autorunspec spec = { 0 };
	autoengine *engine = NULL;
	int r = check(args, ctx->err);

	if (r == 0)
		r = run_check_operands(ctx, args, argc);
	if (r == 0)
		r = run_spec_fill(args, argv, &spec, ctx->err);
	spec.spec.cgroup_manager = ctx->globals.cgroup_manager;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = pull_always(ctx, args, argv[0]);
	if (r != 0)
		return r;
	r = run_once(ctx, engine, args, &spec.spec);
	if (r != -CONTAINR_E_IMAGE_NOT_FOUND)
		return r;
	r = pull_missing(ctx, args, argv[0], r);
	return r == 0 ? run_once(ctx, engine, args, &spec.spec) : r;
}

static const struct cmd_example examples[] = {
	{ "containr run --rm busybox echo hello", "run one command and forget the container" },
	{ "containr run -it --rm busybox", "a shell with a terminal" },
	{ "containr run -d --name web -m 100m --cpus 0.5 busybox httpd -f",
	  "run in the background with limits" },
	{ "containr run --dry-run busybox true", "show what would be done" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "125", "the container could not be created or started" },
	{ "126", "its command cannot be executed" },
	{ "127", "its command was not found" },
	{ "128+N", "it was ended by signal N" },
	{ "else", "as its command exited" },
	{ 0 },
};

const struct cmd cmd_run = {
	.name = "run",
	.operands = "IMAGE [COMMAND [ARG...]]",
	.summary = "create a container from an image and start it",
	.section = CMD_SECTION_CONTAINERS,
	.opts = run_opts,
	.examples = examples,
	.exit_notes = exit_notes,
	.args_size = sizeof(struct run_args),
	.max_operands = -1,
	.complete_first = COMPLETE_IMAGES,
	.options_first = true,
	.enters_container = true,
	.run = run,
};
