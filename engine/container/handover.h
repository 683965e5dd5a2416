/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_HANDOVER_H
#define CONTAINER_HANDOVER_H

#include "container/helpers.h"
#include "container/record.h"
#include "monitor/monitor.h"
#include "store/store.h"

#include <sys/types.h>

/* What a process that is to become the monitor of a container tells it (monitor/monitor.h). */
struct handover {
	const struct containr *engine;
	const char *id;
	const struct record *record;
	const struct helpers *helpers;
	pid_t pid;
	bool adopted;		   /* the process has another parent */
	int fds[MONITOR_FD_COUNT]; /* by handover_slot(); -1 for none; borrowed */
};

/** Sets all descriptors to none. */
void handover_init(struct handover *handover, const struct containr *engine, const char *id);

/** The place of a descriptor that the monitor will find at a fixed number. */
int *handover_slot(struct handover *handover, enum monitor_fd fd);

/** The flags that the monitor is told of the restart policy. */
unsigned int handover_restart_flags(const struct policy *policy);

/**
 * Tells the monitor of a container, if there is one, of another restart policy, which it has from its
 * next end on. The record, which the next monitor is told of, has to have it before.
 *
 * @dir: the container's folder
 * Errors: IO.
 */
int handover_tell_restart(int dir, const struct policy *policy,
			  struct containr_error *err) MUST_CHECK;

/** Forgets what was told; before the record is read that the next monitor is told of. */
void handover_forget_restart(int dir);

/** Puts /dev/null in the place of the standard streams and leaves the caller's session and folder. */
int handover_leave_caller(int null, struct containr_error *err) MUST_CHECK;

/** Becomes the monitor; returns only where that fails. Errors: PROCESS_SETUP. */
int handover_become_monitor(const struct handover *handover, struct containr_error *err) MUST_CHECK;

/** The same for the keeper, for a container that is to run again. */
int handover_become_keeper(const struct handover *handover, struct containr_error *err) MUST_CHECK;

#endif
