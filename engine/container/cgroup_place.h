/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CGROUP_PLACE_H
#define CONTAINER_CGROUP_PLACE_H

#include "base/error.h"
#include "container/plan.h"
#include "store/store.h"

#include <stdbool.h>

/*
 * Where the cgroup of a container is, and who made it. Most are at "/containr/ID". One that is
 * elsewhere (below what was delegated to an ordinary user, below --cgroup-parent, a scope of
 * systemd) is noted in a link of the engine's runroot, for as long as it is there, so that whoever
 * comes later, from wherever, finds it. A reboot takes both.
 */

#define CGROUP_PATH_SIZE 1024
#define CGROUPS_FOLDER "cgroups" /* below runroot: ID -> [MANAGER:]PATH */

enum cgroup_manager {
	CGROUP_MANAGER_CGROUPFS,
	CGROUP_MANAGER_SYSTEMD,
	CGROUP_MANAGER_SYSTEMD_USER, /* the caller's own systemd */
};

struct cgroup_place {
	enum cgroup_manager manager;
	char path[CGROUP_PATH_SIZE];
};

/** The usual place of a container that has no other, "/containr/ID". */
void cgroup_place_usual(const char *id, struct cgroup_place *ret_place);

/** The place that a plan has decided on. Errors: CGROUP_SETUP for a path that is too long. */
int cgroup_place_of_plan(const struct plan *plan, struct cgroup_place *ret_place,
			 struct containr_error *err) MUST_CHECK;

/** Finds the cgroup of a container: the usual one where nothing is noted. */
void cgroup_place_find(const struct containr *engine, const char *id,
		       struct cgroup_place *ret_place);

/** Notes where the cgroup of a container will be. Errors: CGROUP_SETUP, IO. */
int cgroup_place_note(const struct containr *engine, const char *id, const struct plan *plan,
		      struct containr_error *err) MUST_CHECK;

/** Forgets it, when the cgroup is gone. */
void cgroup_place_forget(const struct containr *engine, const char *id);

/** Reads a link of any name in any folder; false where there is none. */
bool cgroup_place_read_link(int dir, const char *name, struct cgroup_place *ret_place);

/** Makes one; one that is there is replaced. Errors: IO, with sys_errno ENOENT without its folder. */
int cgroup_place_make_link(int dir, const char *name, const struct cgroup_place *place,
			   struct containr_error *err) MUST_CHECK;

/**
 * Removes the cgroup, and ends the scope if it is one's. Nothing is killed but what lives in a scope,
 * for which systemd would wait.
 *
 * @libexec: folder of the helpers; NULL: that of this installation
 * Errors: those of cgroup_remove(), and of scope_stop() where the cgroup is still there.
 */
int cgroup_place_remove(const char *libexec, const struct cgroup_place *place,
			struct containr_error *err) MUST_CHECK;

#endif
