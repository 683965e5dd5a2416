/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_TERMINAL_H
#define CONTAINER_TERMINAL_H

#include "base/error.h"

#include <signal.h>

/* The caller's side of a process that it started itself: exec, and the OCI runtime's run. */

/**
 * Passes bytes between the caller's terminal and a container's until the process ends; the caller's
 * is in raw mode meanwhile and its size is passed on.
 *
 * @console: master of the container's terminal
 * @input:   -1 for none
 * @pidfd:   of the process
 * @alarm:   a timer, timerfd_create(2); -1 for none
 * Errors: TIMEOUT when that went off; IO.
 */
int terminal_relay(int console, int input, int output, int pidfd, int alarm,
		   struct containr_error *err) MUST_CHECK;

/**
 * Keeps the signals that are to be passed on until signals_forward() or terminal_relay() takes them: one
 * that comes while the process is being started must not end the caller alone.
 *
 * @ret_before: to be set again by sigprocmask(2) in the end
 */
void signals_hold(sigset_t *ret_before);

/** Passes signals that reach the caller on to a process until that ends; @alarm and errors as above. */
int signals_forward(int pidfd, int alarm, struct containr_error *err) MUST_CHECK;

#endif
