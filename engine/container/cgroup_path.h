/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CGROUP_PATH_H
#define CONTAINER_CGROUP_PATH_H

#include "base/error.h"
#include "store/store.h"

#include <stdbool.h>

/*
 * Where the cgroup of a container is. Most are at "/containr/ID". One that is elsewhere (below what
 * was delegated to an ordinary user, below --cgroup-parent) is noted in
 * a link of the engine's runroot, from before the cgroup is made until it is gone, so that whoever
 * comes later, from wherever, finds it. A reboot takes both.
 */

#define CGROUP_PATH_SIZE 1024
#define CGROUPS_FOLDER "cgroups" /* below runroot: ID -> path */

/** Writes the usual path of a container that has no other, "/containr/ID". */
void cgroup_path_usual(const char *id, char ret_path[CGROUP_PATH_SIZE]);

/** Finds the cgroup of a container. Errors: none, it has the usual one where nothing is noted. */
void cgroup_path_find(const struct containr *engine, const char *id,
		      char ret_path[CGROUP_PATH_SIZE]);

/** Notes where the cgroup of a container will be. Errors: IO. */
int cgroup_path_note(const struct containr *engine, const char *id, const char *path,
		     struct containr_error *err) MUST_CHECK;

/** Forgets it, when the cgroup is gone. */
void cgroup_path_forget(const struct containr *engine, const char *id);

/** The same with a link of any name in any folder; false where there is none. */
bool cgroup_path_read_link(int dir, const char *name, char ret_path[CGROUP_PATH_SIZE]);

#endif
