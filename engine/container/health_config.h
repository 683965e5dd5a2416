/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_HEALTH_CONFIG_H
#define CONTAINER_HEALTH_CONFIG_H

#include <containr/container.h>
#include <containr/image.h>

#include "base/str.h"

/**
 * The health check of a new container: what the spec says, and where it says nothing the image's.
 *
 * @ret_check: the caller's to release; empty without one
 * Errors: INVALID_ARGUMENT, OUT_OF_MEMORY.
 */
int health_config_of_spec(const struct containr_healthcheck *spec,
			  const struct containr_healthcheck *image,
			  struct containr_healthcheck *ret_check,
			  struct containr_error *err) MUST_CHECK;

/** Appends the command of a check: the words of CMD, the line of CMD-SHELL behind /bin/sh -c. */
void health_config_command(const struct containr_healthcheck *check, struct strv *command);

#endif
