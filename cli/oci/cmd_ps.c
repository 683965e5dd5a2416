/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"
#include "cli/table.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

struct ps_args {
	const char *format;
};

static const struct opt ps_opts[] = {
	STRING('f', "format", struct ps_args, format, "FORMAT", "table or json", .preset = "table"),
	END,
};

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct ps_args *args = untyped;
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	autotable table = TABLE("PID");
	autostr pids = STR_INIT;
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);
	bool json = cmd_wants_json(args->format);
	char *rest;
	char *pid;
	int r = cmd_check_format(args->format, ctx->err);

	(void)argc;
	if (r == 0)
		r = runtime_open(ctx, &log, argv[0], &bundle);
	if (r == 0)
		r = bundle_processes(&bundle, &pids, ctx->err);
	if (r < 0)
		return r;
	if (json)
		json_open_array(&w, NULL);
	rest = pids.data;
	while ((pid = strsep(&rest, "\n"))) {
		if (!*pid)
			continue;
		if (json)
			json_int(&w, NULL, strtoll(pid, NULL, 10));
		else
			table_cell(&table, pid);
	}
	if (json) {
		json_close_array(&w);
		str_append_char(&text, '\n');
	} else {
		table_write(&table, &text);
	}
	return cmd_print(ctx, &text);
}

const struct cmd cmd_oci_ps = {
	.name = "ps",
	.operands = "ID",
	.summary = "list the processes of a container by their ids on the host",
	.opts = ps_opts,
	.args_size = sizeof(struct ps_args),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
