/* SPDX-License-Identifier: MIT */
#ifndef CLI_SNAPSHOT_JSON_H
#define CLI_SNAPSHOT_JSON_H

#include <containr/snapshot.h>

#include "base/json.h"

/** Writes a snapshot as an object, with the names of its record. */
void snapshot_write_json(struct json_writer *writer, const struct containr_snapshot *snapshot);

#endif
