/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_RESOURCES_APPLY_H
#define CONTAINER_RESOURCES_APPLY_H

#include "container/cgroup_place.h"
#include "container/oci.h"

/**
 * Changes limits of a cgroup with processes in it; those that are not set stay as they are.
 *
 * @libexec: folder of the helpers; NULL: that of this installation
 * Errors: those of plan_limits() of cgroup_update() and of scope_set(); CGROUP_APPLY_LIMITS for a memory limit below
 *         what is used, where the resources ask to have that checked.
 */
int resources_apply(const char *libexec, const struct cgroup_place *place,
		    const struct oci_resources *resources, struct containr_error *err) MUST_CHECK;

#endif
