/* SPDX-License-Identifier: MIT */
#include "cli/registry/transfer_progress.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "cli/human.h"
#include "image/digest.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 30

/* docker's words for the stages, which people and scripts know. */
static const char *const words[][TRANSFER_MOUNTED + 1] = {
	[TRANSFER_PULL] = {
		[TRANSFER_WAITING] = "Waiting",
		[TRANSFER_MOVING] = "Downloading",
		[TRANSFER_DONE] = "Pull complete",
		[TRANSFER_THERE] = "Already exists",
		[TRANSFER_MOUNTED] = "Already exists",
	},
	[TRANSFER_PUSH] = {
		[TRANSFER_WAITING] = "Waiting",
		[TRANSFER_MOVING] = "Pushing",
		[TRANSFER_DONE] = "Pushed",
		[TRANSFER_THERE] = "Layer already exists",
		[TRANSFER_MOUNTED] = "Mounted",
	},
};

void transfer_progress_init(struct transfer_progress *progress, enum transfer_direction direction,
			    enum progress_form form, FILE *out)
{
	const char *term = getenv("TERM");

	*progress = (struct transfer_progress) { .form = form, .direction = direction, .out = out };
	if (form == PROGRESS_AUTO)
		progress->form = isatty(fileno(out)) && term && strcmp(term, "dumb") != 0
					 ? PROGRESS_TTY
					 : PROGRESS_PLAIN;
}

void transfer_progress_release(struct transfer_progress *progress)
{
	free(progress->told);
	*progress = (struct transfer_progress) { 0 };
}

static void append_stage(const struct transfer_progress *progress,
			 const struct layer_progress *layer, struct str *out)
{
	if (progress->direction == TRANSFER_PULL && layer->stage == TRANSFER_MOVING &&
	    layer->have == layer->size)
		str_append(out, "Extracting");
	else
		str_append(out, words[progress->direction][layer->stage]);
	if (layer->stage == TRANSFER_MOUNTED && layer->from)
		str_appendf(out, " from %s", layer->from);
}

static void write_stage(const struct transfer_progress *progress,
			const struct layer_progress *layer)
{
	autostr stage = STR_INIT;

	append_stage(progress, layer, &stage);
	(void)fprintf(progress->out, "%.12s: %s", digest_hex(layer->digest),
		      stage.failed ? "" : stage.data);
}

static void write_bar(FILE *out, const struct layer_progress *layer)
{
	int filled = layer->size > 0 ? (int)(layer->have * BAR_WIDTH / layer->size) : BAR_WIDTH;
	char have[HUMAN_TEXT_SIZE];
	char size[HUMAN_TEXT_SIZE];

	human_size(layer->have, 4, have);
	if (layer->size < 0) { /* it is still being compressed */
		(void)fprintf(out, " %s", have);
		return;
	}
	human_size(layer->size, 4, size);
	(void)fputs(" [", out);
	for (int i = 0; i < BAR_WIDTH; i++)
		(void)fputc(i < filled ? '=' : i == filled ? '>' : ' ', out);
	(void)fprintf(out, "] %s/%s", have, size);
}

/* One line a layer, written again in the same place. */
static void show_on_terminal(struct transfer_progress *progress,
			     const struct layer_progress *layers, size_t count)
{
	FILE *out = progress->out;

	if (progress->lines > 0)
		(void)fprintf(out, "\033[%zuA", progress->lines);
	for (size_t i = 0; i < count; i++) {
		(void)fputs("\r\033[K", out);
		write_stage(progress, &layers[i]);
		if (layers[i].stage == TRANSFER_MOVING && layers[i].have != layers[i].size)
			write_bar(out, &layers[i]);
		(void)fputc('\n', out);
	}
	progress->lines = count;
	(void)fflush(out);
}

static void write_json(const struct transfer_progress *progress, const struct layer_progress *layer)
{
	autostr stage = STR_INIT;
	autostr text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);
	char id[DIGEST_SHORT_LEN + 1];

	(void)snprintf(id, sizeof(id), "%.12s", digest_hex(layer->digest));
	append_stage(progress, layer, &stage);
	json_open_object(&w, NULL);
	json_string(&w, "id", id);
	json_string(&w, "status", stage.failed ? "" : stage.data);
	json_open_object(&w, "progressDetail");
	json_int(&w, "current", layer->have);
	if (layer->size >= 0)
		json_int(&w, "total", layer->size);
	json_close_object(&w);
	json_close_object(&w);
	if (!text.failed)
		(void)fprintf(progress->out, "%s\n", text.data);
}

/* Plain: the end of each layer. JSON: every step, as docker's API has it. */
static void show_line(struct transfer_progress *progress, const struct layer_progress *layer,
		      bool is_news)
{
	bool is_end = layer->stage >= TRANSFER_DONE;

	if (progress->form == PROGRESS_JSON && (is_news || layer->stage == TRANSFER_MOVING))
		write_json(progress, layer);
	if (progress->form != PROGRESS_PLAIN || !is_news || !is_end)
		return;
	write_stage(progress, layer);
	(void)fputc('\n', progress->out);
}

static void show_lines(struct transfer_progress *progress, const struct layer_progress *layers,
		       size_t count)
{
	if (!progress->told) {
		progress->told = calloc(count + 1, 1);
		progress->told_count = count;
	}
	for (size_t i = 0; progress->told && i < count && i < progress->told_count; i++) {
		unsigned char stage = (unsigned char)(layers[i].stage + 1);

		show_line(progress, &layers[i], progress->told[i] != stage);
		progress->told[i] = stage;
	}
	(void)fflush(progress->out);
}

void transfer_progress_show(void *data, const struct layer_progress *layers, size_t count)
{
	struct transfer_progress *progress = data;

	if (progress->form == PROGRESS_TTY)
		show_on_terminal(progress, layers, count);
	else if (progress->form != PROGRESS_NONE)
		show_lines(progress, layers, count);
}
