/* SPDX-License-Identifier: MIT */
#ifndef PLAN_FIXTURE_H
#define PLAN_FIXTURE_H

#include "container/plan.h"

/* Plans made of a few words of JSON on hosts that are made up. Include before cmocka.h. */

/* Hosts as they are found: all controllers in one place or another. */
extern const struct cgroup_host host_none;
extern const struct cgroup_host host_v1;
extern const struct cgroup_host host_hybrid;
extern const struct cgroup_host host_v2;

struct made_plan {
	struct oci_config config;
	struct rootfs rootfs;
	struct plan plan;
	struct containr_error err;
};

#define autoplanned __attribute__((cleanup(made_plan_release))) struct made_plan

void made_plan_release(struct made_plan *made);

/**
 * Builds the plan of a whole configuration.
 *
 * @text: JSON that must be a configuration; the plan may be refused
 * Returns what plan_build() did; made->err says why.
 */
int make_plan(struct made_plan *made, const char *text, const struct cgroup_host *host);

/**
 * Builds the plan of a configuration that has these members beside a mount namespace.
 *
 * @top:           members of the configuration, e.g. "\"hostname\": \"a\"," or ""
 * @linux_members: further members of "linux", with a comma in front of each
 */
int make_small_plan(struct made_plan *made, const char *top, const char *linux_members,
		    const struct cgroup_host *host);

#endif
