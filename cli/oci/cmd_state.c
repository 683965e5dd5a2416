/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER_PRETTY(&text);
	int r = runtime_open(ctx, &log, argv[0], &bundle);

	(void)args;
	(void)argc;
	if (r == 0)
		r = bundle_load_config(&bundle, ctx->err);
	if (r < 0)
		return r;
	bundle_write_state(&w, &bundle);
	str_append_char(&text, '\n');
	return cmd_print(ctx, &text);
}

const struct cmd cmd_oci_state = {
	.name = "state",
	.operands = "ID",
	.summary = "show the state of a container as JSON",
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
