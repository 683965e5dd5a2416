/* SPDX-License-Identifier: MIT */
#include "container/oci_state.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <string.h>

static void write_annotations(struct json_writer *w, const struct strv *annotations)
{
	if (!annotations->len)
		return;
	json_open_object(w, "annotations");
	for (size_t i = 0; i < annotations->len; i++) {
		const char *item = annotations->items[i];
		size_t len = strcspn(item, "=");
		autofree char *key = strndup(item, len);

		if (key)
			json_string(w, key, item + len + 1);
		else
			w->out->failed = true;
	}
	json_close_object(w);
}

void oci_state_write(struct json_writer *w, const char *key, const struct oci_state *state)
{
	char created[TIME_TEXT_SIZE];

	json_open_object(w, key);
	json_string(w, "ociVersion", OCI_VERSION);
	json_string(w, "id", state->id);
	json_string(w, "status", state->status);
	json_int(w, "pid", state->pid);
	json_string(w, "bundle", state->bundle);
	if (state->created_ns) {
		time_format_utc(state->created_ns, created);
		json_string(w, "created", created);
	}
	if (state->config)
		write_annotations(w, &state->config->annotations);
	json_close_object(w);
}
