/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_EXEC_GROUP_H
#define CONTAINER_EXEC_GROUP_H

#include "base/error.h"
#include "container/cgroup_place.h"
#include "kernel/cgroup.h"

#include <sys/types.h>

/*
 * A command of exec with all that it starts, to be killed as a whole: by a cgroup of its own inside the
 * container's. Where there is none (an ordinary user's container), it is those in the session that the
 * command leads, and the descendants of these; who left both gets away.
 */

#define EXEC_ID_LENGTH 64
#define EXEC_GROUP_PATH (CGROUP_PATH_SIZE + 32)

struct exec_group {
	struct cgroup_host host;
	char path[EXEC_GROUP_PATH]; /* of its cgroup; "" without one */
};

#define EXEC_GROUP_INIT ((struct exec_group) { .path = "" })

/**
 * Makes the cgroup, and puts it in the place of the container's in @cgroup.
 *
 * @path:    the container's cgroup
 * @exec_id: EXEC_ID_LENGTH digits of this command
 */
void exec_group_make(const struct cgroup_host *host, const char *path, const char *exec_id,
		     struct cgroup *cgroup, struct exec_group *ret_group);

/**
 * Kills it. @pid is the command as this process sees it, not yet waited for, so that the number is
 * still its own; 0: it is gone, and what else there is counts.
 */
void exec_group_kill(const struct exec_group *group, pid_t pid);

/** Takes the cgroup away, unless somebody still lives in it: then it goes with the container's. */
void exec_group_remove(const struct exec_group *group);

/** Kills what a command left behind whose caller was killed, and removes its cgroup. */
void exec_group_sweep(const struct containr *engine, const char *id, const char *exec_id);

#endif
