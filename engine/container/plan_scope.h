/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_PLAN_SCOPE_H
#define CONTAINER_PLAN_SCOPE_H

#include "base/error.h"
#include "base/str.h"
#include "kernel/cgroup.h"

#include <stdbool.h>

/*
 * What the systemd cgroup manager is asked for: a scope unit below a slice, with the limits as
 * properties beside the files of the cgroup, or systemd would set its own again on a reload.
 * systemd.scope(5), systemd.resource-control(5). All of it is pure.
 */

struct scope_plan {
	char *unit;		/* "containr-ID.scope"; owned; NULL: the cgroup is ours to make */
	char *slice;		/* "machine.slice"; owned */
	bool of_user;		/* by the caller's own systemd */
	struct strv properties; /* NAME=TYPE:VALUE, as systemd/systemd.h has them */
};

void scope_plan_release(struct scope_plan *scope);

/** Whether a linux.cgroupsPath has the form of this manager, SLICE:PREFIX:NAME. */
bool scope_is_path(const char *path);

/**
 * Splits SLICE:PREFIX:NAME; an empty SLICE is system.slice, or user.slice of the caller's own systemd.
 * Errors: INVALID_CONFIG for what is no slice or no name of a unit.
 */
int scope_plan_path(const char *path, bool of_user, struct scope_plan *ret_scope,
		    struct containr_error *err) MUST_CHECK;

/** Where the cgroup of the scope is below the manager's own, "/a.slice/a-b.slice/UNIT"; NULL: no memory. */
char *scope_plan_cgroup(const struct scope_plan *scope);

/** Checks that @slice is the name of one. Errors: INVALID_CONFIG. */
int scope_check_slice(const char *slice, const char *what, struct containr_error *err) MUST_CHECK;

/** Appends the limits of a plan as properties; what systemd has no property for stays a file. */
int scope_add_limits(const struct cgroup_plan *cgroup, struct strv *properties,
		     struct containr_error *err) MUST_CHECK;

/**
 * Appends those of the annotations "org.systemd.property.NAME" = a value in GVariant's text form.
 * @annotations: "KEY=VALUE" each
 * Errors: INVALID_CONFIG for a value of a type that is not supported.
 */
int scope_add_annotations(const struct strv *annotations, struct strv *properties,
			  struct containr_error *err) MUST_CHECK;

#endif
