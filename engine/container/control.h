/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CONTROL_H
#define CONTAINER_CONTROL_H

#include "container/live.h"

/*
 * The socket of a running container's monitor, RUNROOT/monitors/ID: the commands' side of what
 * monitor/monitor.h describes.
 */

/** Opens the socket for a monitor to be; -1 where that fails: the container runs without. */
int control_listen(const struct containr *engine, const char *id);

/** Removes the socket's name. */
void control_unlisten(const struct containr *engine, const char *id);

/**
 * Connects to the monitor of a running container and says what is wanted.
 *
 * @word: enum monitor_message
 * Errors: CONTAINER_NOT_RUNNING; MONITOR_LOST.
 */
int control_connect(const struct containr *engine, struct live *live, const char *container,
		    char word, int *ret_fd, struct containr_error *err) MUST_CHECK;

/** The same, with a descriptor that goes along; -1 for none. */
int control_connect_with(const struct containr *engine, struct live *live, const char *container,
			 char word, int passed, int *ret_fd, struct containr_error *err) MUST_CHECK;

/**
 * Tells the monitor of a container that runs, or is to run again, and waits until it heeded that;
 * live->state is what it is then.
 */
int control_tell(const struct containr *engine, struct live *live, const char *container, char word,
		 struct containr_error *err) MUST_CHECK;

#endif
