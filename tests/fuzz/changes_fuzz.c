/* SPDX-License-Identifier: MIT */
#include "image/archive/changes.h"
#include "image/healthcheck.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

/*
 * Instructions of a Dockerfile, one a line, as --change takes them. What they make of a configuration
 * is JSON that our own reader takes, and each refusal has its message.
 */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void apply(struct changes *changes, char *text)
{
	struct containr_error err = { 0 };
	char *rest = NULL;

	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		int r = changes_apply(changes, line, &err);

		if (r < 0 && (err.message[0] == '\0' || r != -err.code))
			abort();
	}
}

static void read_back(const struct changes *changes)
{
	struct containr_healthcheck check;
	struct containr_error err;
	autostr out = STR_INIT;
	autojson doc = { 0 };
	struct json_writer writer = JSON_WRITER(&out);

	json_open_object(&writer, NULL);
	changes_write(changes, &writer);
	json_close_object(&writer);
	if (out.failed)
		return;
	/* two labels that differ only in bytes that are no UTF-8 are the same in JSON */
	if (json_parse(out.data, out.len, "configuration", &doc, &err) < 0) {
		if (!strstr(err.message, "twice"))
			abort();
		return;
	}
	if (healthcheck_read(json_get(doc.root, "config"), "config", "Healthcheck", &check, &err) <
	    0)
		abort();
	healthcheck_release(&check);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	autofree char *text = malloc(size + 1);
	autochanges changes = { 0 };

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	apply(&changes, text);
	read_back(&changes);
	return 0;
}
