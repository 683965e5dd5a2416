/* SPDX-License-Identifier: MIT */
#include "image/history.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "image/image.h"
#include "image/index.h"
#include "image/manifest.h"

#include <stdlib.h>
#include <string.h>

void history_release(struct history *history)
{
	for (size_t i = 0; i < history->count; i++) {
		free(history->steps[i].created_by);
		free(history->steps[i].comment);
	}
	free(history->steps);
	*history = (struct history) { 0 };
}

static int read_step(const struct json *item, struct history_step *step, bool *ret_is_empty,
		     struct containr_error *err)
{
	const char *created = NULL;
	const char *created_by = "";
	const char *comment = "";
	struct containr_error ignored;

	if (json_read_string(item, "history[]", "created", &created, err) < 0 ||
	    json_read_string(item, "history[]", "created_by", &created_by, err) < 0 ||
	    json_read_string(item, "history[]", "comment", &comment, err) < 0 ||
	    json_read_bool(item, "history[]", "empty_layer", ret_is_empty, err) < 0)
		return content_fail_corrupt(err);
	/* a time that is none is not worth the rest; "1 day ago" would be one for time_parse() */
	if (created && strlen(created) > 4 && created[4] == '-' &&
	    time_parse(created, "created", 0, &step->created_ns, &ignored) < 0)
		step->created_ns = 0;
	step->created_by = strdup(created_by);
	step->comment = strdup(comment);
	return step->created_by && step->comment ? 0 : fail_oom(err);
}

static size_t count_layers(const struct json *steps)
{
	size_t count = 0;

	for (const struct json *item = json_first(steps); item; item = item->next) {
		const struct json *empty = json_get(item, "empty_layer");

		count += !empty || empty->type != JSON_TRUE;
	}
	return count;
}

/* Oldest first; layers that no step tells of come before all. */
static int read_steps(const struct json *steps, const struct manifest *manifest,
		      struct history *history, struct containr_error *err)
{
	size_t told = count_layers(steps);
	size_t layer = 0;

	if (told > manifest->layer_count)
		return fail(err, CONTAINR_E_IMAGE_CORRUPT,
			    "the history tells of %zu layers, the manifest of %zu", told,
			    manifest->layer_count);
	history->steps = calloc((steps ? steps->len : 0) + manifest->layer_count + 1,
				sizeof(*history->steps));
	if (!history->steps)
		return fail_oom(err);
	for (; layer < manifest->layer_count - told; layer++) {
		struct history_step *step = &history->steps[history->count++];

		step->size = manifest->layers[layer].size;
		step->created_by = strdup("");
		step->comment = strdup("");
		if (!step->created_by || !step->comment)
			return fail_oom(err);
	}
	for (const struct json *item = json_first(steps); item; item = item->next) {
		struct history_step *step = &history->steps[history->count++];
		bool is_empty = false;
		int r = read_step(item, step, &is_empty, err);

		if (r < 0)
			return r;
		step->size = is_empty ? 0 : manifest->layers[layer++].size;
	}
	return 0;
}

static void reverse(struct history *history)
{
	for (size_t i = 0; i < history->count / 2; i++) {
		struct history_step step = history->steps[i];

		history->steps[i] = history->steps[history->count - 1 - i];
		history->steps[history->count - 1 - i] = step;
	}
}

int history_load(const struct containr *engine, const char *reference, struct history *ret_history,
		 struct containr_error *err)
{
	autohistory history = { 0 };
	autoindex index = { 0 };
	automanifest manifest = { 0 };
	autojson config = { 0 };
	const struct index_entry *entry;
	const struct json *steps = NULL;
	int r = index_load(engine, &index, err);

	if (r == 0)
		r = image_find(engine, &index, reference, &entry, NULL, err);
	if (r == 0)
		r = manifest_load(engine, &entry->manifest, &manifest, err);
	if (r == 0)
		r = content_read_json(engine, &manifest.config, "configuration", CONTENT_CONFIG_MAX,
				      &config, err);
	if (r != 0)
		return r;
	if (json_read_child(config.root, "", "history", JSON_ARRAY, &steps, err) < 0)
		return content_fail_corrupt(err);
	r = read_steps(steps, &manifest, &history, err);
	if (r < 0)
		return r;
	reverse(&history);
	memcpy(history.id, manifest.config.digest, DIGEST_SIZE);
	*ret_history = history;
	history = (struct history) { 0 };
	return 0;
}
