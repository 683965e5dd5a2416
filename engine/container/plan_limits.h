/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_PLAN_LIMITS_H
#define CONTAINER_PLAN_LIMITS_H

#include "base/error.h"
#include "container/oci.h"
#include "kernel/cgroup.h"

/* Resources of the configuration as writes to the files of cgroups, for whichever kind this host
 * has. Pure: nothing is looked at but what is handed in. */

struct limits {
	const struct oci_resources *resources; /* borrowed, as all here */
	const struct cgroup_host *host;
	struct cgroup_plan *cgroup; /* gets the writes and the hierarchies they need */
	bool v2;
	struct containr_error *err;
};

struct limits limits_init(const struct oci_resources *resources, const struct cgroup_host *host,
			  struct cgroup_plan *cgroup, struct containr_error *err);

/**
 * Adds all that the resources ask for, but for devices.
 *
 * Errors: CGROUP_APPLY_LIMITS for a limit whose controller the host lacks, UNSUPPORTED for one that
 * its kind of cgroups does not know, INVALID_CONFIG: a limit is never left out.
 */
int plan_limits(struct limits *limits) MUST_CHECK;

/** The part of it in the list of settings. */
int plan_settings(struct limits *limits) MUST_CHECK;

/** Adds one write, and the hierarchy that it needs; @value is taken over. */
int limits_add(struct limits *limits, enum cgroup_controller controller, const char *file,
	       char *value) MUST_CHECK;

/** Asks for a hierarchy, for @limit. */
int limits_need(struct limits *limits, enum cgroup_controller controller,
		const char *limit) MUST_CHECK;

#endif
