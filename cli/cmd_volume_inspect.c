/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/volume.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/error_print.h"
#include "cli/format.h"
#include "cli/volume_json.h"

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
		struct containr_volume *volume = NULL;

		r = containr_volume_inspect(engine, *argv, &volume, ctx->err);
		if (r == 0) {
			volume_write_json(&writer, volume);
			containr_volume_free(volume);
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

const struct cmd cmd_volume_inspect = {
	.name = "inspect",
	.operands = "VOLUME...",
	.summary = "show everything about volumes, as JSON",
	.section = CMD_SECTION_SYSTEM,
	.opts = inspect_opts,
	.args_size = sizeof(struct inspect_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_VOLUMES,
	.complete_rest = COMPLETE_VOLUMES,
	.run = run,
};
