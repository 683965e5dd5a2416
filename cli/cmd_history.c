/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "base/time.h"
#include "cli/engine.h"
#include "cli/format.h"
#include "cli/human.h"
#include "cli/table.h"
#include "image/history.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CREATED_BY_MAX 45 /* characters in the table, as docker has it */

struct history_args {
	const char *format;
	bool human;
	bool no_trunc;
	bool quiet;
};

static const struct opt history_opts[] = {
	FORMAT(struct history_args, format, "table, json, or a template"),
	FLAG('H', "human", struct history_args, human, "show sizes and times as people read them",
	     .preset = "true"),
	FLAG(0, "no-trunc", struct history_args, no_trunc, "show whole ids and commands"),
	FLAG('q', "quiet", struct history_args, quiet, "show only ids"),
	END,
};

/* What is shown of a step, as text. */
struct shown {
	char id[DIGEST_SIZE];
	char since[HUMAN_TEXT_SIZE];
	char created[TIME_TEXT_SIZE];
	char size[HUMAN_TEXT_SIZE];
	char *created_by; /* owned */
};

static void shown_release(struct shown *shown)
{
	free(shown->created_by);
}

/* Tabs would part columns that are none; a character is not cut in two. */
static char *shorten(const char *text, bool no_trunc)
{
	autostr short_text = STR_INIT;
	size_t count = 0;
	size_t cut = 0;

	str_append(&short_text, text);
	for (size_t i = 0; i < short_text.len; i++) {
		if (short_text.data[i] == '\t' || short_text.data[i] == '\n')
			short_text.data[i] = ' ';
		if ((short_text.data[i] & 0xc0) == 0x80)
			continue;
		if (count == CREATED_BY_MAX - 1)
			cut = i;
		count++;
	}
	if (!no_trunc && count > CREATED_BY_MAX) {
		short_text.len = cut;
		short_text.data[cut] = '\0';
		str_append(&short_text, "…");
	}
	return str_steal(&short_text);
}

/* Only the newest step is an image that has an id. */
static int show(const struct history *history, size_t at, const struct history_args *args,
		int64_t now, struct shown *ret_shown, struct containr_error *err)
{
	const struct history_step *step = &history->steps[at];

	*ret_shown = (struct shown) { .id = "<missing>", .since = "N/A", .created = "" };
	if (at == 0)
		(void)snprintf(ret_shown->id, sizeof(ret_shown->id), "%.*s",
			       args->no_trunc ? (int)DIGEST_LEN : DIGEST_SHORT_LEN,
			       args->no_trunc ? history->id : digest_hex(history->id));
	if (step->created_ns) {
		human_ago(step->created_ns, now, ret_shown->since);
		time_format_utc(step->created_ns, ret_shown->created);
	}
	if (args->human)
		human_size(step->size, 3, ret_shown->size);
	else
		(void)snprintf(ret_shown->size, sizeof(ret_shown->size), "%" PRId64, step->size);
	ret_shown->created_by = shorten(step->created_by, args->no_trunc);
	return ret_shown->created_by ? 0 : fail_oom(err);
}

static int write_table(const struct history *history, const struct history_args *args,
		       struct str *out, struct containr_error *err)
{
	autotable table = TABLE("IMAGE", "CREATED", "CREATED BY", "SIZE", "COMMENT");
	int64_t now = time_now_ns();

	for (size_t i = 0; i < history->count; i++) {
		__attribute__((cleanup(shown_release))) struct shown shown;
		int r = show(history, i, args, now, &shown, err);

		if (r < 0)
			return r;
		table_cell(&table, shown.id);
		table_cell(&table, args->human ? shown.since : shown.created);
		table_cell(&table, shown.created_by);
		table_cell(&table, shown.size);
		table_cell(&table, history->steps[i].comment);
	}
	table_write(&table, out);
	return 0;
}

static void write_json(const struct history *history, struct str *out)
{
	struct json_writer writer = JSON_WRITER_PRETTY(out);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < history->count; i++) {
		const struct history_step *step = &history->steps[i];
		char created[TIME_TEXT_SIZE];

		json_open_object(&writer, NULL);
		json_string(&writer, "id", i == 0 ? history->id : NULL);
		if (step->created_ns) {
			time_format_utc(step->created_ns, created);
			json_string(&writer, "created", created);
		}
		json_string(&writer, "createdBy", step->created_by);
		json_int(&writer, "size", step->size);
		json_string(&writer, "comment", step->comment);
		json_close_object(&writer);
	}
	json_close_array(&writer);
	str_append_char(out, '\n');
}

static int write_template(const struct history *history, const struct history_args *args,
			  struct str *out, struct containr_error *err)
{
	static const struct format_heading headings[] = {
		{ "ID", "IMAGE" },
		{ "CreatedSince", "CREATED" },
		{ "CreatedAt", "CREATED AT" },
		{ "CreatedBy", "CREATED BY" },
		{ "Size", "SIZE" },
		{ "Comment", "COMMENT" },
		{ NULL, NULL },
	};
	int64_t now = time_now_ns();
	autostr rows = STR_INIT;
	struct json_writer writer = JSON_WRITER(&rows);

	json_open_array(&writer, NULL);
	for (size_t i = 0; i < history->count; i++) {
		__attribute__((cleanup(shown_release))) struct shown shown;
		int r = show(history, i, args, now, &shown, err);

		if (r < 0)
			return r;
		json_open_object(&writer, NULL);
		json_string(&writer, "ID", shown.id);
		json_string(&writer, "CreatedSince", shown.since);
		json_string(&writer, "CreatedAt", shown.created);
		json_string(&writer, "CreatedBy", shown.created_by);
		json_string(&writer, "Size", shown.size);
		json_string(&writer, "Comment", history->steps[i].comment);
		json_close_object(&writer);
	}
	json_close_array(&writer);
	return format_rows(args->format, &rows, headings, out, err);
}

static void write_ids(const struct history *history, const struct history_args *args,
		      struct str *out)
{
	for (size_t i = 0; i < history->count; i++)
		if (i > 0)
			str_append(out, "<missing>\n");
		else
			str_appendf(out, "%.*s\n",
				    args->no_trunc ? (int)DIGEST_LEN : DIGEST_SHORT_LEN,
				    args->no_trunc ? history->id : digest_hex(history->id));
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct history_args *args = untyped;
	autohistory history = { 0 };
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	int r = format_check(args->format, ctx->err);

	(void)argc;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = history_load(engine, argv[0], &history, ctx->err);
	if (r < 0)
		return r;
	if (cmd_wants_json(args->format))
		write_json(&history, &out);
	else if (args->quiet)
		write_ids(&history, args, &out);
	else if (format_has_template(args->format))
		r = write_template(&history, args, &out, ctx->err);
	else
		r = write_table(&history, args, &out, ctx->err);
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr history app", "see what an image was made of" },
	{ "containr history --no-trunc --format '{{.CreatedBy}}' app", "see the commands in full" },
	{ 0 },
};

const struct cmd cmd_history = {
	.name = "history",
	.operands = "IMAGE",
	.summary = "show how an image was made",
	.description = "Newest step first. SIZE is what the layer of the step takes, compressed as "
		       "it is stored.",
	.section = CMD_SECTION_IMAGES,
	.opts = history_opts,
	.examples = examples,
	.args_size = sizeof(struct history_args),
	.run = run,
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_IMAGES,
};
