/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <limits.h>

struct events_args {
	int64_t interval_ns;
	bool stats;
};

static const struct opt events_opts[] = {
	DURATION(0, "interval", struct events_args, interval_ns, "DURATION",
		 "time between two figures", .preset = "5s"),
	FLAG(0, "stats", struct events_args, stats, "print the figures once and end"),
	END,
};

/* One line for each: whoever reads them takes it as it comes. */
static int tell(struct cmd_context *ctx, const struct bundle *bundle, const char *type,
		const struct bundle_watch *stats)
{
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);

	json_open_object(&w, NULL);
	json_string(&w, "type", type);
	json_string(&w, "id", bundle->id);
	if (stats)
		bundle_write_stats(&w, stats);
	json_close_object(&w);
	str_append_char(&text, '\n');
	if (cmd_print(ctx, &text) < 0 || fflush(ctx->out) != 0)
		return fail_sys(ctx->err, CONTAINR_E_IO, "cannot write");
	return 0;
}

static int follow(struct cmd_context *ctx, const struct bundle *bundle,
		  const struct bundle_watch *watch, int64_t interval_ns)
{
	int64_t next = time_monotonic_ns() + interval_ns;
	int r = 0;

	while (r == 0) {
		int64_t left_ms = (next - time_monotonic_ns()) / TIME_NS_PER_MS;

		left_ms = left_ms < 0 ? 0 : left_ms;
		switch (bundle_watch_wait(watch, left_ms > INT_MAX ? INT_MAX : (int)left_ms)) {
		case BUNDLE_EVENT_END:
			return 0;
		case BUNDLE_EVENT_OOM:
			r = tell(ctx, bundle, "oom", NULL);
			break;
		case BUNDLE_EVENT_TIMEOUT:
			r = tell(ctx, bundle, "stats", watch);
			next += interval_ns;
			break;
		}
	}
	return r;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct events_args *args = untyped;
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	struct bundle_watch watch;
	int r;

	(void)argc;
	if (args->interval_ns < TIME_NS_PER_MS)
		return fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
			    "--interval: must be at least 1ms");
	r = runtime_open(ctx, &log, argv[0], &bundle);
	if (r == 0)
		r = bundle_watch_open(&bundle, &watch, ctx->err);
	if (r < 0)
		return r;
	r = args->stats ? tell(ctx, &bundle, "stats", &watch)
			: follow(ctx, &bundle, &watch, args->interval_ns);
	bundle_watch_close(&watch);
	return r;
}

const struct cmd cmd_oci_events = {
	.name = "events",
	.operands = "ID",
	.summary = "show figures and out-of-memory events of a container, one JSON object a line",
	.opts = events_opts,
	.args_size = sizeof(struct events_args),
	.min_operands = 1,
	.max_operands = 1,
	.run = run,
};
