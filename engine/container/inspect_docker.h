/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_INSPECT_DOCKER_H
#define CONTAINER_INSPECT_DOCKER_H

#include "base/json.h"
#include "container/record.h"
#include "store/store.h"

/**
 * Writes the members Config, HostConfig and Mounts in docker's form, as far as the configuration
 * tells.
 *
 * @spec: the container's OCI configuration, as it stands on disk
 */
void inspect_write_docker(struct json_writer *writer, const struct containr *engine,
			  const struct record *record, const struct json *spec);

/** Whether a mount is what every container has, or a file of the engine: nobody asked for those. */
bool inspect_is_own_mount(const struct containr *engine, const char *target, const char *source);

#endif
