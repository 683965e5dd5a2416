/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_ADOPT_H
#define CONTAINER_ADOPT_H

#include "container/state.h"
#include "store/store.h"

/*
 * What a killed monitor leaves to the next command that looks: a container that needs a monitor
 * again, or one that is to run again. The command starts who does that, and goes on.
 *
 * Nothing of the container's output is lost meanwhile: the pipes have a reader of their own
 * (kernel/held_pipe.h). A pseudoterminal, and the pipe to its standard input, come to their end with
 * the last process that holds our side of them: beside the monitor that is the client in the
 * foreground, if there is one, which hands it to the new monitor.
 */

/**
 * Starts a monitor for a container that runs.
 *
 * @state_fd: of its state record, a description of its own that holds the lock, which the monitor
 *            takes over; borrowed, to be closed by the caller also on success
 * Errors: IO, PROCESS_SETUP, CONTAINER_NOT_RUNNING.
 */
int adopt_running(const struct containr *engine, const char *id, int state_fd,
		  const struct state *state, struct containr_error *err) MUST_CHECK;

/** Starts the keeper of a container whose record says that it is to run again. The same holds. */
int adopt_restarting(const struct containr *engine, const char *id, int state_fd,
		     struct containr_error *err) MUST_CHECK;

#endif
