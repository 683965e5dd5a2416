/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/snapshot.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/error_print.h"
#include "cli/format.h"
#include "cli/snapshot_json.h"

struct inspect_args {
	const char *format;
};

static const struct opt inspect_opts[] = {
	OPT_RECORD(OPT_FORMAT, const char *, 'f', "format", struct inspect_args, format, "FORMAT",
		   "json, which is the default, or a template"),
	END,
};

/* What is found is printed, also if something else is not. */
static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct inspect_args *args = untyped;
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	autostr shown = STR_INIT;
	struct json_writer writer = JSON_WRITER_PRETTY(&out);
	int status = 0;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	json_open_array(&writer, NULL);
	for (; *argv; argv++) {
		struct containr_snapshot *snapshot = NULL;

		r = containr_snapshot_inspect(engine, *argv, &snapshot, ctx->err);
		if (r == 0) {
			snapshot_write_json(&writer, snapshot);
			containr_snapshot_free(snapshot);
			continue;
		}
		error_print(ctx);
		status = containr_error_exit_status(-r);
	}
	json_close_array(&writer);
	str_append_char(&out, '\n');
	r = 0;
	if (format_has_template(args->format))
		r = format_rows(args->format, &out, NULL, &shown, ctx->err);
	if (r == 0)
		r = cmd_print(ctx, format_has_template(args->format) ? &shown : &out);
	return r < 0 ? r : status;
}

const struct cmd cmd_snapshot_inspect = {
	.name = "inspect",
	.operands = "SNAPSHOT...",
	.summary = "show everything about snapshots, as JSON",
	.section = CMD_SECTION_IMAGES,
	.opts = inspect_opts,
	.args_size = sizeof(struct inspect_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_SNAPSHOTS,
	.complete_rest = COMPLETE_SNAPSHOTS,
	.run = run,
};
