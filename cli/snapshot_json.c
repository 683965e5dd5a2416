/* SPDX-License-Identifier: MIT */
#include "cli/snapshot_json.h"

#include "base/time.h"
#include "cli/label_json.h"

void snapshot_write_json(struct json_writer *writer, const struct containr_snapshot *snapshot)
{
	char created[TIME_TEXT_SIZE];

	time_format_utc(snapshot->created_ns, created);
	json_open_object(writer, NULL);
	json_string(writer, "name", snapshot->name);
	json_string(writer, "parent", snapshot->parent);
	json_string(writer, "image", snapshot->image);
	json_string(writer, "image_id", snapshot->image_id);
	json_string(writer, "created_at", created);
	json_int(writer, "size", snapshot->size_bytes);
	json_int(writer, "shared_size", snapshot->shared_bytes);
	labels_write_json(writer, "labels", snapshot->labels);
	json_string(writer, "driver", snapshot->driver);
	json_strings(writer, "layers", snapshot->layers);
	json_close_object(writer);
}
