/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"
#include "cli/table.h"

#include "base/cleanup.h"
#include "base/time.h"

struct list_args {
	const char *format;
	bool quiet;
};

static const struct opt list_opts[] = {
	STRING('f', "format", struct list_args, format, "FORMAT", "table or json",
	       .preset = "table"),
	FLAG('q', "quiet", struct list_args, quiet, "print ids only"),
	END,
};

struct listing {
	struct str *text;
	struct json_writer *json; /* NULL for a table */
	bool quiet;
	struct table *table;
};

static int handle(const struct bundle *bundle, void *context)
{
	const struct listing *list = context;
	char created[TIME_TEXT_SIZE];
	char pid[16];
	const char *status = bundle_status(bundle);

	if (list->json) {
		bundle_write_state(list->json, bundle);
		return 0;
	}
	if (list->quiet) {
		str_appendf(list->text, "%s\n", bundle->id);
		return 0;
	}
	time_format_utc(bundle->state.created_ns, created);
	(void)snprintf(pid, sizeof(pid), "%d", *status == 's' ? 0 : (int)bundle->state.pid);
	table_cell(list->table, bundle->id);
	table_cell(list->table, pid);
	table_cell(list->table, status);
	table_cell(list->table, bundle->path);
	table_cell(list->table, created);
	return 0;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct list_args *args = untyped;
	struct log log = runtime_log(ctx);
	autotable table = TABLE("ID", "PID", "STATUS", "BUNDLE", "CREATED");
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);
	bool json = cmd_wants_json(args->format);
	struct listing list = {
		.text = &text, .json = json ? &w : NULL, .quiet = args->quiet, .table = &table
	};
	int r = cmd_check_format(args->format, ctx->err);

	(void)argc;
	(void)argv;
	if (r < 0)
		return r;
	if (json)
		json_open_array(&w, NULL);
	r = bundle_list(ctx->globals.root, &log, handle, &list, ctx->err);
	if (r < 0)
		return r;
	if (json) {
		json_close_array(&w);
		str_append_char(&text, '\n');
	} else if (!args->quiet) {
		table_write(&table, &text);
	}
	return cmd_print(ctx, &text);
}

const struct cmd cmd_oci_list = {
	.name = "list",
	.summary = "list the containers of the state folder",
	.opts = list_opts,
	.args_size = sizeof(struct list_args),
	.run = run,
};
