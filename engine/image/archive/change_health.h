/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_CHANGE_HEALTH_H
#define IMAGE_ARCHIVE_CHANGE_HEALTH_H

#include <containr/health.h>

#include "base/error.h"

/**
 * Reads what follows HEALTHCHECK in a Dockerfile: [--interval=TIME] [--timeout=TIME]
 * [--start-period=TIME] [--start-interval=TIME] [--retries=N] CMD LINE|LIST, or NONE. It replaces what
 * @check held.
 *
 * @problem: is set to what is wrong with it, a text that stays
 * Returns 0, -1 with @problem, or -CONTAINR_E_OUT_OF_MEMORY without one.
 */
int change_health_apply(const char *text, struct containr_healthcheck *check,
			const char **problem) MUST_CHECK;

#endif
