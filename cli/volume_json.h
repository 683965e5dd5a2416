/* SPDX-License-Identifier: MIT */
#ifndef CLI_VOLUME_JSON_H
#define CLI_VOLUME_JSON_H

#include <containr/volume.h>

#include "base/json.h"

struct volume_list {
	struct containr_volume **items;
	size_t count;
};

#define autovolumelist __attribute__((cleanup(volume_list_release))) struct volume_list

void volume_list_release(struct volume_list *list);

/** Writes a volume with docker's members. */
void volume_write_json(struct json_writer *writer, const struct containr_volume *volume);

#endif
