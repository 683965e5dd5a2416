/* SPDX-License-Identifier: MIT */
#include "cli/label_json.h"

#include "base/cleanup.h"

#include <string.h>

void labels_write_json(struct json_writer *writer, const char *key, char *const *labels)
{
	json_open_object(writer, key);
	for (; labels && *labels; labels++) {
		size_t len = strcspn(*labels, "=");
		autofree char *name = strndup(*labels, len);

		if (name)
			json_string(writer, name, (*labels)[len] ? *labels + len + 1 : "");
		else
			writer->out->failed = true;
	}
	json_close_object(writer);
}
