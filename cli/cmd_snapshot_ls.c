/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/engine.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/human.h"
#include "cli/image_name.h"
#include "cli/printable.h"
#include "cli/snapshot_json.h"
#include "cli/table.h"

struct ls_args {
	const char *format;
	struct strv filters;
	bool quiet;
};

static const struct opt ls_opts[] = {
	STRINGS('f', "filter", struct ls_args, filters, "KEY=VALUE",
		"only those with this driver, image, label, name or parent"),
	FORMAT(struct ls_args, format, "table, json, or a template"),
	FLAG('q', "quiet", struct ls_args, quiet, "show only names"),
	END,
};

/* Those that were found. */
struct list {
	struct containr_snapshot **items;
	size_t count;
};

static void list_release(struct list *list)
{
	containr_snapshot_list_free(list->items, list->count);
}

static bool is_wanted(const struct containr_snapshot *snapshot, const struct strv *filters)
{
	return filter_passes(filters, "name", snapshot->name, filter_contains) &&
	       filter_passes(filters, "parent", snapshot->parent, filter_is_equal) &&
	       filter_passes(filters, "driver", snapshot->driver, filter_is_equal) &&
	       filter_passes(filters, "image", snapshot->image, image_name_is_same) &&
	       filter_passes_labels(filters, snapshot->labels);
}

/* Puts those that are wanted in front. */
static size_t select_wanted(struct list *list, const struct strv *filters)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct containr_snapshot *snapshot = list->items[i];

		if (!is_wanted(snapshot, filters))
			continue;
		list->items[i] = list->items[count];
		list->items[count++] = snapshot;
	}
	return count;
}

static void write_json(const struct list *list, size_t count, struct str *out)
{
	struct json_writer writer = JSON_WRITER_PRETTY(out);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < count; i++)
		snapshot_write_json(&writer, list->items[i]);
	json_close_array(&writer);
	str_append_char(out, '\n');
}

static void write_table(const struct list *list, size_t count, struct str *out)
{
	autotable table = TABLE("NAME", "PARENT", "IMAGE", "CREATED", "SIZE", "SHARED");
	int64_t now = time_now_ns();

	for (size_t i = 0; i < count; i++) {
		const struct containr_snapshot *snapshot = list->items[i];
		char text[HUMAN_TEXT_SIZE];

		table_cell(&table, snapshot->name);
		table_cell(&table, snapshot->parent);
		table_cell(&table, snapshot->image);
		human_ago(snapshot->created_ns, now, text);
		table_cell(&table, text);
		human_size(snapshot->size_bytes, 3, text);
		table_cell(&table, text);
		human_size(snapshot->shared_bytes, 3, text);
		table_cell(&table, text);
	}
	table_write(&table, out);
}

static int write_template(const struct list *list, size_t count, const char *format,
			  struct str *out, struct containr_error *err)
{
	static const struct format_heading headings[] = {
		{ "name", "NAME" },	{ "parent", "PARENT" },	     { "image", "IMAGE" },
		{ "size", "SIZE" },	{ "shared_size", "SHARED" }, { "created_at", "CREATED AT" },
		{ "driver", "DRIVER" }, { "labels", "LABELS" },	     { NULL, NULL },
	};
	autostr rows = STR_INIT;

	write_json(list, count, &rows);
	return format_rows(format, &rows, headings, out, err);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	static const char *const keys[] = { "driver", "image", "label", "name", "parent", NULL };
	const struct ls_args *args = untyped;
	CLEANUP(list_release) struct list list = { 0 };
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	size_t count;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = filter_check(&args->filters, keys, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_snapshot_list(engine, &list.items, &list.count, ctx->err);
	if (r < 0)
		return r;
	count = select_wanted(&list, &args->filters);
	if (cmd_wants_json(args->format))
		write_json(&list, count, &out);
	else if (args->quiet)
		for (size_t i = 0; i < count; i++)
			str_appendf(&out, "%s\n", list.items[i]->name);
	else if (format_has_template(args->format))
		r = write_template(&list, count, args->format, &out, ctx->err);
	else
		write_table(&list, count, &out);
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr snapshot ls --filter parent=clean", "what stands on a snapshot" },
	{ 0 },
};

const struct cmd cmd_snapshot_ls = {
	.name = "ls",
	.aliases = WORDS("list"),
	.summary = "list snapshots",
	.description =
		"SIZE is what the snapshot has alone, SHARED what lies below it.\n\nFilters: "
		"driver=NAME, image=NAME, label=KEY, label=KEY=VALUE, name=PART, parent=NAME.",
	.section = CMD_SECTION_IMAGES,
	.opts = ls_opts,
	.examples = examples,
	.args_size = sizeof(struct ls_args),
	.run = run,
};
