/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/json.h"
#include "base/time.h"
#include "cli/container_list.h"
#include "cli/engine.h"
#include "cli/filter.h"
#include "cli/format.h"
#include "cli/human.h"
#include "cli/printable.h"
#include "cli/ps_rows.h"
#include "cli/table.h"

#include <string.h>

#define SHORT_ID_LEN 12
#define COMMAND_WIDTH 20

struct ps_args {
	const char *format;
	struct strv filters;
	int64_t last;
	bool all;
	bool has_last;
	bool latest;
	bool no_trunc;
	bool quiet;
	bool size;
};

static const struct opt ps_opts[] = {
	FLAG('a', "all", struct ps_args, all, "also those that do not run"),
	STRINGS('f', "filter", struct ps_args, filters, "KEY=VALUE",
		"only those with this id, name, label, status and others"),
	FORMAT(struct ps_args, format, "table, json, or a template"),
	INT('n', "last", struct ps_args, last, "NUMBER",
	    "the last ones that were created, running or not",
	    .given_at = GIVEN(struct ps_args, has_last), .min = 0, .max = INT32_MAX),
	FLAG('l', "latest", struct ps_args, latest, "the same as --last 1"),
	FLAG(0, "no-trunc", struct ps_args, no_trunc, "show whole ids and commands"),
	FLAG('q', "quiet", struct ps_args, quiet, "show only ids"),
	FLAG('s', "size", struct ps_args, size, "show what they have written, which takes a while"),
	END,
};

/* Puts what is shown in front, in the same order, and returns how much that is. */
static size_t select_wanted(const struct container_list *list, const struct ps_args *args,
			    const struct ps_filter *filter)
{
	size_t limit = list->count;
	size_t count = 0;

	if (args->has_last && (size_t)args->last < limit)
		limit = (size_t)args->last;
	if (args->latest && limit > 1)
		limit = 1;
	for (size_t i = 0; i < list->count && count < limit; i++) {
		struct containr_container *container = list->items[i];

		if (!ps_filter_passes(filter, container))
			continue;
		list->items[i] = list->items[count];
		list->items[count++] = container;
	}
	return count;
}

/* The command line in quotes, cut before them, as docker has it. */
static void write_command(struct str *out, char *const *command, bool no_trunc)
{
	autostr line = STR_INIT;
	autostr shown = STR_INIT;

	for (size_t i = 0; command[i]; i++) {
		if (i)
			str_append_char(&line, ' ');
		printable_append(&line, command[i]);
	}
	if (no_trunc || !line.data)
		str_append(&shown, line.data ? line.data : "");
	else
		human_cut(&shown, line.data, COMMAND_WIDTH);
	str_append_char(out, '"');
	for (const char *p = shown.data; p && *p; p++) {
		if (*p == '"')
			str_append_char(out, '\\');
		str_append_char(out, *p);
	}
	str_append_char(out, '"');
	out->failed = out->failed || line.failed || shown.failed;
}

static void write_status(struct str *out, const struct containr_container *container, int64_t now)
{
	char span[HUMAN_TEXT_SIZE];

	if (strcmp(container->status, "running") == 0) {
		human_duration(now - container->started_ns, span);
		str_appendf(out, "Up %s", span);
		if (container->health[0])
			str_appendf(out, " (%s%s)",
				    strcmp(container->health, "starting") == 0 ? "health: " : "",
				    container->health);
		if (container->monitor_lost)
			str_append(out, " (monitor lost)");
	} else if (strcmp(container->status, "paused") == 0) {
		human_duration(now - container->started_ns, span);
		str_appendf(out, "Up %s (Paused)", span);
	} else if (strcmp(container->status, "restarting") == 0) {
		human_ago(container->finished_ns, now, span);
		str_appendf(out, "Restarting (%d) %s", container->exit_code, span);
	} else if (strcmp(container->status, "exited") == 0) {
		human_ago(container->finished_ns, now, span);
		if (container->exit_known)
			str_appendf(out, "Exited (%d) %s", container->exit_code, span);
		else
			str_appendf(out, "Exited (unknown) %s", span);
	} else {
		str_append(out, "Created");
	}
}

static int shown_id_len(const struct ps_args *args)
{
	return args->no_trunc ? CONTAINR_ID_LENGTH : SHORT_ID_LEN;
}

static void write_table(struct containr *engine, const struct container_list *list, size_t count,
			const struct ps_args *args, struct str *out)
{
	int64_t now = time_now_ns();
	autotable plain = TABLE("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "NAMES");
	autotable with_size =
		TABLE("CONTAINER ID", "IMAGE", "COMMAND", "CREATED", "STATUS", "NAMES", "SIZE");
	struct table *table = args->size ? &with_size : &plain;

	for (size_t i = 0; i < count; i++) {
		const struct containr_container *container = list->items[i];
		char created[HUMAN_TEXT_SIZE];
		autostr command = STR_INIT;
		autostr status = STR_INIT;

		human_ago(container->created_ns, now, created);
		write_command(&command, container->command, args->no_trunc);
		write_status(&status, container, now);
		table_cellf(table, "%.*s", shown_id_len(args), container->id);
		table_cell(table, container->image);
		table_cell(table, command.data);
		table_cell(table, created);
		table_cell(table, status.data);
		table_cell(table, container->name);
		if (args->size) {
			char size[PS_SIZE_TEXT];

			ps_size_text(engine, container->id, size);
			table_cell(table, size);
		}
		out->failed = out->failed || command.failed || status.failed;
	}
	table_write(table, out);
}

static const struct format_heading headings[] = {
	{ "ID", "CONTAINER ID" },
	{ "Image", "IMAGE" },
	{ "Command", "COMMAND" },
	{ "CreatedAt", "CREATED AT" },
	{ "RunningFor", "CREATED" },
	{ "Ports", "PORTS" },
	{ "State", "STATE" },
	{ "Status", "STATUS" },
	{ "Size", "SIZE" },
	{ "Names", "NAMES" },
	{ "Labels", "LABELS" },
	{ "Mounts", "MOUNTS" },
	{ "LocalVolumes", "LOCAL VOLUMES" },
	{ "Networks", "NETWORKS" },
	{ NULL, NULL },
};

static int write_template(struct containr *engine, const struct container_list *list, size_t count,
			  const struct ps_args *args, struct str *out, struct containr_error *err)
{
	int64_t now = time_now_ns();
	autostr rows = STR_INIT;
	struct json_writer writer = JSON_WRITER(&rows);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < count; i++) {
		const struct containr_container *container = list->items[i];
		char created[HUMAN_TEXT_SIZE];
		autostr command = STR_INIT;
		autostr status = STR_INIT;

		human_ago(container->created_ns, now, created);
		write_command(&command, container->command, args->no_trunc);
		write_status(&status, container, now);
		json_open_object(&writer, NULL);
		json_string_len(&writer, "ID", container->id, (size_t)shown_id_len(args));
		json_string(&writer, "Command", command.data);
		json_string(&writer, "RunningFor", created);
		json_string(&writer, "Status", status.data);
		ps_row_write(&writer, engine, container, args->format);
		if (args->size || strstr(args->format, ".Size")) {
			char size[PS_SIZE_TEXT];

			ps_size_text(engine, container->id, size);
			json_string(&writer, "Size", size);
		}
		json_close_object(&writer);
	}
	json_close_array(&writer);
	return format_rows(args->format, &rows, headings, out, err);
}

static void write_ids(const struct container_list *list, size_t count, const struct ps_args *args,
		      struct str *out)
{
	for (size_t i = 0; i < count; i++)
		str_appendf(out, "%.*s\n", shown_id_len(args), list->items[i]->id);
}

static void write_json(const struct container_list *list, size_t count, struct str *out)
{
	struct json_writer writer = JSON_WRITER_PRETTY(out);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < count; i++)
		container_write_json(&writer, list->items[i]);
	json_close_array(&writer);
	str_append_char(out, '\n');
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct ps_args *args = untyped;
	autocontainerlist list = { 0 };
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	/* who asks for a status, or for the last ones, means them all */
	bool all =
		args->all || args->has_last || args->latest || ps_filter_means_all(&args->filters);
	struct ps_filter filter;
	size_t count;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = ps_filter_check(&args->filters, ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_container_list(engine, all, &list.items, &list.count, ctx->err);
	if (r == 0)
		r = ps_filter_prepare(engine, &args->filters, &filter, ctx->err);
	if (r != 0)
		return r;
	count = select_wanted(&list, args, &filter);
	if (cmd_wants_json(args->format))
		write_json(&list, count, &out);
	else if (args->quiet)
		write_ids(&list, count, args, &out);
	else if (format_has_template(args->format))
		r = write_template(engine, &list, count, args, &out, ctx->err);
	else
		write_table(engine, &list, count, args, &out);
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr ps", "list what runs" },
	{ "containr ps -a --filter status=exited --filter label=team=web",
	  "what has ended and has a label" },
	{ "containr ps -aq --no-trunc", "whole ids of all containers, for scripts" },
	{ "containr ps --format json", "list containers for a program" },
	{ 0 },
};

const struct cmd cmd_ps = {
	.name = "ps",
	.aliases = WORDS("list"),
	.summary = "list containers",
	.description =
		"Lists containers that run, the newest first.\n"
		"\n"
		"Filters: id=PREFIX, name=PART, status=created|running|paused|restarting|exited, "
		"exited=CODE, "
		"label=KEY, label=KEY=VALUE, ancestor=IMAGE, before=CONTAINER, since=CONTAINER, "
		"volume=NAME|DIR, network=MODE, health=starting|healthy|unhealthy|none, "
		"restart-policy=POLICY, "
		"should-start-on-boot=true|false. Of several filters with one key one must hold, "
		"of "
		"labels each.\n"
		"\n"
		"\"Exited (unknown)\" means that the container's monitor was killed and "
		"nothing kept the exit code; \"(monitor lost)\" that it runs, but no other one "
		"could be started in its place.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = ps_opts,
	.examples = examples,
	.args_size = sizeof(struct ps_args),
	.run = run,
};
