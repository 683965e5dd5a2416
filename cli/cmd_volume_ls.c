/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/volume.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/table.h"
#include "cli/volume_json.h"

#include <string.h>

struct ls_args {
	const char *format;
	struct strv filters;
	bool quiet;
};

static const struct opt ls_opts[] = {
	STRINGS('f', "filter", struct ls_args, filters, "KEY=VALUE",
		"only those with this dangling, driver, label or name"),
	FORMAT(struct ls_args, format, "table, json, or a template"),
	FLAG('q', "quiet", struct ls_args, quiet, "show only names"),
	END,
};

static bool is_true(const char *text, const char *wanted)
{
	return strcmp(text, *wanted == 't' || *wanted == '1' ? "true" : "false") == 0;
}

/* Finds out who uses a volume only where that is asked for. */
static int is_wanted(struct containr *engine, const struct containr_volume *volume,
		     const struct strv *filters, bool *ret_wanted, struct containr_error *err)
{
	autofree char *user = NULL;
	int r = 0;

	*ret_wanted = filter_passes(filters, "name", volume->name, filter_contains) &&
		      filter_passes(filters, "driver", volume->driver, filter_is_equal) &&
		      filter_passes_labels(filters, volume->labels);
	if (!*ret_wanted || !filter_has(filters, "dangling"))
		return 0;
	r = containr_volume_user(engine, volume->name, &user, err);
	*ret_wanted = filter_passes(filters, "dangling", user ? "false" : "true", is_true);
	return r;
}

/* Puts those that are wanted in front. */
static int select_wanted(struct containr *engine, struct volume_list *list,
			 const struct strv *filters, size_t *ret_count, struct containr_error *err)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++) {
		struct containr_volume *volume = list->items[i];
		bool wanted = false;
		int r = is_wanted(engine, volume, filters, &wanted, err);

		if (r < 0)
			return r;
		if (!wanted)
			continue;
		list->items[i] = list->items[count];
		list->items[count++] = volume;
	}
	*ret_count = count;
	return 0;
}

static void write_json(const struct volume_list *list, size_t count, struct str *out)
{
	struct json_writer writer = JSON_WRITER_PRETTY(out);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < count; i++)
		volume_write_json(&writer, list->items[i]);
	json_close_array(&writer);
	str_append_char(out, '\n');
}

static void write_table(const struct volume_list *list, size_t count, struct str *out)
{
	autotable table = TABLE("DRIVER", "VOLUME NAME");

	for (size_t i = 0; i < count; i++) {
		table_cell(&table, list->items[i]->driver);
		table_cell(&table, list->items[i]->name);
	}
	table_write(&table, out);
}

static int write_template(const struct volume_list *list, size_t count, const char *format,
			  struct str *out, struct containr_error *err)
{
	static const struct format_heading headings[] = {
		{ "Name", "VOLUME NAME" },	{ "Driver", "DRIVER" }, { "Scope", "SCOPE" },
		{ "Mountpoint", "MOUNTPOINT" }, { "Labels", "LABELS" }, { NULL, NULL },
	};
	autostr rows = STR_INIT;

	write_json(list, count, &rows);
	return format_rows(format, &rows, headings, out, err);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	static const char *const keys[] = { "dangling", "driver", "label", "name", NULL };
	const struct ls_args *args = untyped;
	autovolumelist list = { 0 };
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	size_t count = 0;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = filter_check(&args->filters, keys, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_volume_list(engine, &list.items, &list.count, ctx->err);
	if (r == 0)
		r = select_wanted(engine, &list, &args->filters, &count, ctx->err);
	if (r < 0)
		return r;
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
	{ "containr volume ls --filter dangling=true", "volumes that no container mounts" },
	{ 0 },
};

const struct cmd cmd_volume_ls = {
	.name = "ls",
	.aliases = WORDS("list"),
	.summary = "list volumes",
	.description = "Filters: dangling=true|false, driver=NAME, label=KEY, label=KEY=VALUE, "
		       "name=PART.",
	.section = CMD_SECTION_SYSTEM,
	.opts = ls_opts,
	.examples = examples,
	.args_size = sizeof(struct ls_args),
	.run = run,
};
