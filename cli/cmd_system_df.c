/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/df_details.h"
#include "cli/engine.h"
#include "cli/format.h"
#include "cli/human.h"
#include "cli/table.h"

#include <containr/prune.h>

#include <inttypes.h>

struct df_args {
	const char *format;
	bool verbose;
};

static const struct opt df_opts[] = {
	FORMAT(struct df_args, format, "table, json (one object a line), or a template"),
	FLAG('v', "verbose", struct df_args, verbose, "list each image, container and volume"),
	END,
};

static const struct format_heading headings[] = {
	{ "Type", "TYPE" }, { "TotalCount", "TOTAL" },	      { "Active", "ACTIVE" },
	{ "Size", "SIZE" }, { "Reclaimable", "RECLAIMABLE" }, { 0 },
};

#define USAGES 3

struct kind {
	const char *name;
	const struct containr_usage *usage;
};

static void reclaimable_text(const struct containr_usage *usage, char *text, size_t size)
{
	char bytes[HUMAN_TEXT_SIZE];
	int64_t percent = 0;

	human_size(usage->reclaimable, 4, bytes);
	if (usage->size_bytes > 0)
		percent = (int64_t)((double)usage->reclaimable * 100 / (double)usage->size_bytes);
	if (usage->size_bytes > 0)
		(void)snprintf(text, size, "%s (%" PRId64 "%%)", bytes, percent);
	else
		(void)snprintf(text, size, "%s", bytes);
}

static void write_row(struct json_writer *w, const struct kind *kind)
{
	char size[HUMAN_TEXT_SIZE];
	char reclaimable[HUMAN_TEXT_SIZE + 16];

	human_size(kind->usage->size_bytes, 4, size);
	reclaimable_text(kind->usage, reclaimable, sizeof(reclaimable));
	json_open_object(w, NULL);
	json_int(w, "Active", (int64_t)kind->usage->active);
	json_string(w, "Reclaimable", reclaimable);
	json_string(w, "Size", size);
	json_int(w, "TotalCount", (int64_t)kind->usage->total);
	json_string(w, "Type", kind->name);
	json_close_object(w);
}

static int write_usage(const struct containr_disk_usage *usage, const char *format, struct str *out,
		       struct containr_error *err)
{
	const struct kind kinds[USAGES] = { { "Images", &usage->images },
					    { "Containers", &usage->containers },
					    { "Local Volumes", &usage->volumes } };
	static const char usual[] = "table {{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t"
				    "{{.Reclaimable}}";
	autostr rows = STR_INIT;
	struct json_writer w = JSON_WRITER(&rows);

	if (cmd_wants_json(format)) {
		for (size_t i = 0; i < USAGES; i++) {
			struct json_writer line = JSON_WRITER(out);

			write_row(&line, &kinds[i]);
			str_append_char(out, '\n');
		}
		return 0;
	}
	json_open_array(&w, NULL);
	for (size_t i = 0; i < USAGES; i++)
		write_row(&w, &kinds[i]);
	json_close_array(&w);
	return format_rows(format_has_template(format) ? format : usual, &rows, headings, out, err);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct df_args *args = untyped;
	struct containr_disk_usage usage;
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0 && args->verbose) {
		r = df_write_details(engine, &out, ctx->err);
	} else if (r == 0) {
		r = containr_disk_usage_read(engine, &usage, ctx->err);
		if (r == 0)
			r = write_usage(&usage, args->format, &out, ctx->err);
	}
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr system df", "see what takes how much space" },
	{ 0 },
};

const struct cmd cmd_system_df = {
	.name = "df",
	.summary = "show how much space images, containers and volumes take",
	.description =
		"RECLAIMABLE is what system prune --all --volumes, or volume prune --all, would "
		"give back. Of a container only what it has written itself counts.",
	.section = CMD_SECTION_SYSTEM,
	.opts = df_opts,
	.examples = examples,
	.args_size = sizeof(struct df_args),
	.run = run,
};
