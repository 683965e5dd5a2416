/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/cid_file.h"
#include "cli/engine.h"
#include "cli/pull_missing.h"
#include "cli/run_opts.h"

#include <unistd.h>

static const struct opt create_opts[] = {
	RUN_OPTS_ADD_HOST_TO_CPUSET,
	RUN_OPTS_DEVICE_TO_SHM_SIZE,
	RUN_OPTS_STOP_TO_WORKDIR,
	END,
};

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct run_args *create = args;
	autorunspec spec = { 0 };
	autoengine *engine = NULL;
	autocidfile cid_file = CID_FILE_INIT;
	char id[CONTAINR_ID_LENGTH + 1];
	int r = run_check_operands(ctx, create, argc);

	if (r == 0)
		r = run_spec_fill(create, argv, &spec, ctx->err);
	spec.spec.cgroup_manager = ctx->globals.cgroup_manager;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	if (create->dry_run)
		return containr_run_plan(engine, &spec.spec, STDOUT_FILENO, ctx->err);
	r = pull_always(ctx, create, argv[0]);
	if (r == 0)
		r = cid_file_create(create->cid_file, &cid_file, ctx->err);
	if (r != 0)
		return r;
	r = containr_create(engine, &spec.spec, id, ctx->err);
	if (r == -CONTAINR_E_IMAGE_NOT_FOUND) {
		r = pull_missing(ctx, create, argv[0], r);
		if (r == 0)
			r = containr_create(engine, &spec.spec, id, ctx->err);
	}
	if (r == 0)
		r = cid_file_write(&cid_file, id, ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", id);
	return r;
}

static const struct cmd_example examples[] = {
	{ "containr create --name job busybox sh -c 'echo done'", "prepare a container" },
	{ "containr start --attach job", "run it, as often as needed" },
	{ 0 },
};

const struct cmd cmd_create = {
	.name = "create",
	.operands = "IMAGE [COMMAND [ARG...]]",
	.summary = "create a container from an image without starting it",
	.description = "Prints the id of the new container, which containr start runs. The options "
		       "are those of run.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = create_opts,
	.examples = examples,
	.args_size = sizeof(struct run_args),
	.max_operands = -1,
	.complete_first = COMPLETE_IMAGES,
	.options_first = true,
	.run = run,
};
