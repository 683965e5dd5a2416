/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_FILTER_H
#define CLI_IMAGE_FILTER_H

#include <containr/image.h>

#include "base/str.h"

/** Refuses keys and values that are none. Errors: INVALID_ARGUMENT. */
int image_filter_check(const struct strv *filters, struct containr_error *err) MUST_CHECK;

/**
 * Takes the images that the filters do not want out of a list.
 *
 * Errors: IMAGE_NOT_FOUND for a filter that names an image.
 */
int image_filter_apply(struct containr *engine, const struct strv *filters,
		       struct containr_image **images, size_t *count,
		       struct containr_error *err) MUST_CHECK;

#endif
