/* SPDX-License-Identifier: MIT */
#include "cli/container_list.h"

#include "base/time.h"
#include "cli/label_json.h"

#include <string.h>

/* What has not happened yet is null. */
static void write_time(struct json_writer *writer, const char *key, int64_t ns)
{
	char text[TIME_TEXT_SIZE];

	time_format_utc(ns, text);
	json_string(writer, key, ns ? text : NULL);
}

void container_write_json(struct json_writer *writer, const struct containr_container *container)
{
	bool exited = strcmp(container->status, "exited") == 0;

	json_open_object(writer, NULL);
	json_string(writer, "id", container->id);
	json_string(writer, "name", container->name);
	json_string(writer, "image", container->image);
	json_string(writer, "image_id", container->image_id);
	json_strings(writer, "command", container->command);
	labels_write_json(writer, "labels", container->labels);
	json_string(writer, "status", container->status);
	json_string(writer, "health", container->health[0] ? container->health : NULL);
	if (exited && container->exit_known)
		json_int(writer, "exit_code", container->exit_code);
	else
		json_string(writer, "exit_code", NULL);
	json_bool(writer, "oom_killed", container->oom_killed);
	json_bool(writer, "monitor_lost", container->monitor_lost);
	json_bool(writer, "auto_remove", container->auto_remove);
	json_bool(writer, "tty", container->tty);
	json_int(writer, "pid", container->pid);
	write_time(writer, "created", container->created_ns);
	write_time(writer, "started", container->started_ns);
	write_time(writer, "finished", exited ? container->finished_ns : 0);
	json_close_object(writer);
}
