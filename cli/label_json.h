/* SPDX-License-Identifier: MIT */
#ifndef CLI_LABEL_JSON_H
#define CLI_LABEL_JSON_H

#include "base/json.h"

/** Writes labels as an object; @labels: KEY=VALUE, NULL-terminated, NULL for none. */
void labels_write_json(struct json_writer *writer, const char *key, char *const *labels);

#endif
