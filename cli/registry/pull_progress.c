/* SPDX-License-Identifier: MIT */
#include "cli/registry/pull_progress.h"

#include "base/json.h"
#include "cli/human.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 30

/* docker's words for the stages, which people and scripts know. */
static const char *const words[] = {
	[PULL_WAITING] = "Waiting",
	[PULL_FETCHING] = "Downloading",
	[PULL_DONE] = "Pull complete",
	[PULL_THERE] = "Already exists",
};

void pull_progress_init(struct pull_progress *progress, enum progress_form form, FILE *out)
{
	const char *term = getenv("TERM");

	*progress = (struct pull_progress) { .form = form, .out = out };
	if (form == PROGRESS_AUTO)
		progress->form = isatty(fileno(out)) && term && strcmp(term, "dumb") != 0
					 ? PROGRESS_TTY
					 : PROGRESS_PLAIN;
}

void pull_progress_release(struct pull_progress *progress)
{
	free(progress->told);
	*progress = (struct pull_progress) { 0 };
}

static const char *stage_word(const struct pull_layer_progress *layer)
{
	if (layer->stage == PULL_FETCHING && layer->have == layer->size)
		return "Extracting";
	return words[layer->stage];
}

static void write_bar(FILE *out, const struct pull_layer_progress *layer)
{
	int filled = layer->size > 0 ? (int)(layer->have * BAR_WIDTH / layer->size) : BAR_WIDTH;
	char have[HUMAN_TEXT_SIZE];
	char size[HUMAN_TEXT_SIZE];

	human_size(layer->have, 4, have);
	human_size(layer->size, 4, size);
	(void)fputs(" [", out);
	for (int i = 0; i < BAR_WIDTH; i++)
		(void)fputc(i < filled ? '=' : i == filled ? '>' : ' ', out);
	(void)fprintf(out, "] %s/%s", have, size);
}

/* One line a layer, written again in the same place. */
static void show_on_terminal(struct pull_progress *progress,
			     const struct pull_layer_progress *layers, size_t count)
{
	FILE *out = progress->out;

	if (progress->lines > 0)
		(void)fprintf(out, "\033[%zuA", progress->lines);
	for (size_t i = 0; i < count; i++) {
		(void)fprintf(out, "\r\033[K%.12s: %s", digest_hex(layers[i].digest),
			      stage_word(&layers[i]));
		if (layers[i].stage == PULL_FETCHING && layers[i].have < layers[i].size)
			write_bar(out, &layers[i]);
		(void)fputc('\n', out);
	}
	progress->lines = count;
	(void)fflush(out);
}

static void write_json(FILE *out, const struct pull_layer_progress *layer)
{
	struct str text = STR_INIT;
	struct json_writer w = JSON_WRITER(&text);
	char id[DIGEST_SHORT_LEN + 1];

	(void)snprintf(id, sizeof(id), "%.12s", digest_hex(layer->digest));
	json_open_object(&w, NULL);
	json_string(&w, "id", id);
	json_string(&w, "status", stage_word(layer));
	json_open_object(&w, "progressDetail");
	json_int(&w, "current", layer->have);
	json_int(&w, "total", layer->size);
	json_close_object(&w);
	json_close_object(&w);
	if (!text.failed)
		(void)fprintf(out, "%s\n", text.data);
	str_release(&text);
}

/* Plain: the end of each layer. JSON: every step, as docker's API has it. */
static void show_line(struct pull_progress *progress, const struct pull_layer_progress *layer,
		      bool is_news)
{
	bool is_end = layer->stage == PULL_DONE || layer->stage == PULL_THERE;

	if (progress->form == PROGRESS_JSON && (is_news || layer->stage == PULL_FETCHING))
		write_json(progress->out, layer);
	if (progress->form == PROGRESS_PLAIN && is_news && is_end)
		(void)fprintf(progress->out, "%.12s: %s\n", digest_hex(layer->digest),
			      stage_word(layer));
}

static void show_lines(struct pull_progress *progress, const struct pull_layer_progress *layers,
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

void pull_progress_show(void *data, const struct pull_layer_progress *layers, size_t count)
{
	struct pull_progress *progress = data;

	if (progress->form == PROGRESS_TTY)
		show_on_terminal(progress, layers, count);
	else if (progress->form != PROGRESS_NONE)
		show_lines(progress, layers, count);
}
