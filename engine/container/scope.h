/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_SCOPE_H
#define CONTAINER_SCOPE_H

#include "base/error.h"
#include "base/str.h"
#include "container/plan.h"

#include <sys/types.h>

/*
 * The systemd cgroup manager: containr-systemd is started to ask for a scope and holds it until the
 * container's first process is in there (systemd/systemd.h).
 */

struct scope {
	pid_t helper; /* 0: none */
	int requests;
	int reports;
};

#define SCOPE_INIT ((struct scope) { .requests = -1, .reports = -1 })

/**
 * Makes the scope that the plan wants; plan->cgroup.path becomes what systemd gave. Nothing to do
 * for a plan without one.
 *
 * @libexec:   folder of the helper; NULL: that of this installation
 * @ret_scope: the caller's to end
 * Errors: UNSUPPORTED without the helper; CGROUP_SETUP; PERMISSION_DENIED.
 */
int scope_begin(const char *libexec, struct plan *plan, struct scope *ret_scope,
		struct containr_error *err) MUST_CHECK;

/** Moves a process into the scope: what an ordinary user may have done, but not do. */
int scope_attach(struct scope *scope, pid_t pid, struct containr_error *err) MUST_CHECK;

/** Lets go of the scope: from now on it is there as long as a process is in it. */
void scope_end(struct scope *scope);

/** Sets limits that were changed, so that systemd has them too. @properties: as scope_add_limits(). */
int scope_set(const char *libexec, bool of_user, const char *unit, const struct strv *properties,
	      struct containr_error *err) MUST_CHECK;

/** Ends the scope; one that is not there is fine. */
int scope_stop(const char *libexec, bool of_user, const char *unit,
	       struct containr_error *err) MUST_CHECK;

#endif
