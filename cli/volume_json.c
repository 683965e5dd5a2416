/* SPDX-License-Identifier: MIT */
#include "cli/volume_json.h"

#include "base/time.h"
#include "cli/label_json.h"

void volume_list_release(struct volume_list *list)
{
	containr_volume_list_free(list->items, list->count);
}

void volume_write_json(struct json_writer *writer, const struct containr_volume *volume)
{
	char created[TIME_TEXT_SIZE];

	time_format_utc(volume->created_ns, created);
	json_open_object(writer, NULL);
	json_string(writer, "CreatedAt", created);
	json_string(writer, "Driver", volume->driver);
	labels_write_json(writer, "Labels", volume->labels);
	json_string(writer, "Mountpoint", volume->mountpoint);
	json_string(writer, "Name", volume->name);
	labels_write_json(writer, "Options", volume->options);
	json_string(writer, "Scope", "local");
	json_bool(writer, "Anonymous", volume->is_anonymous != 0);
	json_close_object(writer);
}
