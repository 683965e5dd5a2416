/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_HEALTH_H
#define MONITOR_HEALTH_H

/*
 * The contract between whoever starts a container with a health check and containr-health, a process
 * beside the container's monitor that waits until a check is due and then starts
 *
 *   containr-keeper check ROOT RUNROOT ID
 *
 * It ends with the container's first process. Nothing in it is worth more than its lock: who finds the
 * container without one starts another (container/health_watch.h).
 *
 *   containr-health ID ROOT RUNROOT KEEPER INTERVAL START_PERIOD START_INTERVAL UP WAIT
 */

enum health_arg {
	HEALTH_ARG_PROGRAM,
	HEALTH_ARG_ID,
	HEALTH_ARG_ROOT,
	HEALTH_ARG_RUNROOT,
	HEALTH_ARG_KEEPER,
	HEALTH_ARG_INTERVAL, /* these and the next in nanoseconds */
	HEALTH_ARG_START_PERIOD,
	HEALTH_ARG_START_INTERVAL,
	HEALTH_ARG_UP,	 /* how long the container has run */
	HEALTH_ARG_WAIT, /* until the first check */
	HEALTH_ARG_COUNT
};

enum health_fd {
	/* far up, so that moving a descriptor there never closes one that is still to be moved */
	HEALTH_FD_PIDFD = 64, /* of the container's first process */
	HEALTH_FD_RECORD,     /* RUNROOT/health/ID, with the lock of the checker */
	HEALTH_FD_END
};

/* How `containr-keeper check` exits. */
enum {
	HEALTH_EXIT_SETTLED = 0,
	HEALTH_EXIT_STARTING = 1, /* no check has passed in this run */
	HEALTH_EXIT_UNKNOWN = 2,  /* there was no check */
};

#endif
