/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CREATE_BUNDLE_H
#define CONTAINER_CREATE_BUNDLE_H

#include "container/oci.h"

#include <stdbool.h>

/**
 * Reads the configuration of an OCI bundle for a container of the engine: its root is made
 * absolute, and its cgroup is the engine's to name.
 *
 * @path:     of the bundle, as the user gave it
 * @terminal: whether the container gets one; the engine decides, not the bundle
 * Errors: INVALID_CONFIG, UNSUPPORTED for hooks, which have a place in containr-runtime only.
 */
int create_bundle_config(const char *path, bool terminal, struct oci_config *ret_config,
			 struct containr_error *err) MUST_CHECK;

#endif
