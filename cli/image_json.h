/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_JSON_H
#define CLI_IMAGE_JSON_H

#include <containr/image.h>

#include "base/json.h"

/**
 * Writes an image as an object in docker's form, for `inspect`.
 *
 * @names: all its names as people know them, "busybox:latest"
 */
void image_write_json(struct json_writer *writer, const struct containr_image *image,
		      const struct strv *names);

#endif
