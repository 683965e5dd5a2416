/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_RESOURCES_APPLY_H
#define CONTAINER_RESOURCES_APPLY_H

#include "container/oci.h"

/**
 * Changes limits of a cgroup with processes in it; those that are not set stay as they are.
 *
 * @path: below the hierarchies, e.g. "/containr/ID"
 * Errors: those of plan_limits() and of cgroup_update(); CGROUP_APPLY_LIMITS for a memory limit below
 *         what is used, where the resources ask to have that checked.
 */
int resources_apply(const char *path, const struct oci_resources *resources,
		    struct containr_error *err) MUST_CHECK;

#endif
