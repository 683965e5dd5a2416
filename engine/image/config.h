/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_CONFIG_H
#define IMAGE_CONFIG_H

#include <containr/image.h>

#include "base/json.h"

/*
 * The configuration of an image (image-spec, config.md): what its containers are to run, and which
 * layers they stand on.
 */

/**
 * Reads a parsed configuration into @image: os, architecture, created_ns, layers and config.
 *
 * On failure @image holds what was read so far; its owner frees it as ever.
 * Errors: IMAGE_CORRUPT, OUT_OF_MEMORY.
 */
int config_read(const struct json *root, struct containr_image *image,
		struct containr_error *err) MUST_CHECK;

#endif
