/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/time.h"
#include "cli/engine.h"
#include "cli/format.h"
#include "cli/stats_rows.h"

#include <poll.h>
#include <string.h>
#include <unistd.h>

#define FIRST_INTERVAL_MS 200
#define INTERVAL_MS 1000

struct stats_args {
	const char *format;
	bool all;
	bool no_stream;
	bool no_trunc;
};

static const struct opt stats_opts[] = {
	FLAG('a', "all", struct stats_args, all, "also containers that do not run"),
	FORMAT(struct stats_args, format, "table, json, or a template"),
	FLAG(0, "no-stream", struct stats_args, no_stream, "show one table and end"),
	FLAG(0, "no-trunc", struct stats_args, no_trunc, "show whole ids"),
	END,
};

/*
 * Paints over the table before: each line is cleared behind its text, and what the last one had
 * more is cleared at the end, so that nothing flickers. console_codes(4)
 */
static void write_screen(const char *text, bool first, struct str *out)
{
	str_append(out, first ? "\033[2J\033[H" : "\033[H");
	for (; *text; text++) {
		if (*text == '\n')
			str_append(out, "\033[K");
		str_append_char(out, *text);
	}
	str_append(out, "\033[J");
}

static int print_rows(struct cmd_context *ctx, const struct stats_args *args,
		      const struct stats_rows *rows, bool first)
{
	autostr text = STR_INIT;
	autostr screen = STR_INIT;
	struct str *shown = &text;
	int r = 0;

	if (cmd_wants_json(args->format))
		stats_rows_write_json(rows, args->no_stream, &text);
	else if (format_has_template(args->format))
		r = stats_rows_write_template(rows, args->no_trunc, args->format, &text, ctx->err);
	else
		stats_rows_write_table(rows, args->no_trunc, &text);
	if (r < 0)
		return r;
	if (!text.failed && !args->no_stream && !cmd_wants_json(args->format) &&
	    isatty(fileno(ctx->out))) {
		write_screen(text.data, first, &screen);
		shown = &screen;
	}
	r = cmd_print(ctx, shown);
	if (r == 0 && fflush(ctx->out) != 0)
		r = fail_sys(ctx->err, CONTAINR_E_IO, "cannot write to standard output");
	return r;
}

/* Waits, reads again, and makes that the reading to compare the next one with. */
static int next_rows(struct cmd_context *ctx, struct containr *engine, bool all, char *const *names,
		     int after_ms, struct stats_rows *rows)
{
	struct stats_rows next;
	int r;

	(void)poll(NULL, 0, after_ms);
	r = stats_rows_read(engine, names, all, rows, &next, ctx->err);
	if (r < 0)
		return r;
	stats_rows_release(rows);
	*rows = next;
	return 0;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct stats_args *args = untyped;
	static const struct stats_rows none;
	autostatsrows rows = { 0 };
	autoengine *engine = NULL;
	bool first = true;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = stats_rows_read(engine, argv, args->all, &none, &rows, ctx->err);
	while (r == 0) {
		int after_ms = first ? FIRST_INTERVAL_MS : INTERVAL_MS;

		r = next_rows(ctx, engine, args->all, argv, after_ms, &rows);
		if (r == 0)
			r = print_rows(ctx, args, &rows, first);
		if (args->no_stream)
			break;
		first = false;
	}
	return r;
}

static const struct cmd_example examples[] = {
	{ "containr stats", "watch all running containers" },
	{ "containr stats --no-stream web db", "the numbers of two containers, once" },
	{ "containr stats --format json | head -n 1", "the first reading, for a program" },
	{ 0 },
};

const struct cmd cmd_stats = {
	.name = "stats",
	.operands = "[CONTAINER...]",
	.summary = "show what containers use: CPU, memory, network, disk",
	.description =
		"Shows the numbers of the given containers, or of all that run, once a second "
		"until "
		"it is interrupted. A terminal shows one table that changes; elsewhere table "
		"follows "
		"table, and JSON is one array a line.\n"
		"\n"
		"CPU % is what was used since the reading before; the first one shown comes 200 "
		"milliseconds after a reading that is not shown, also with --no-stream. 100% is "
		"one "
		"CPU. MEM USAGE leaves out the page cache that the kernel would give back first; "
		"without a limit, LIMIT is the memory of the host.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = stats_opts,
	.examples = examples,
	.args_size = sizeof(struct stats_args),
	.max_operands = -1,
	.complete_first = COMPLETE_RUNNING,
	.complete_rest = COMPLETE_RUNNING,
	.run = run,
};
