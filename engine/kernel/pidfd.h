/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_PIDFD_H
#define KERNEL_PIDFD_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Processes by descriptor: a pid may be reused at any moment, a pidfd never is. pidfd_open(2). */

/** Opens a pidfd (close-on-exec). Errors: CONTAINER_NOT_RUNNING with sys_errno ESRCH when it is
 * gone. */
int pidfd_of(pid_t pid, int *ret_fd, struct containr_error *err) MUST_CHECK;

/** Sends @signal. Errors: CONTAINER_NOT_RUNNING with sys_errno ESRCH, PERMISSION_DENIED. */
int pidfd_kill(int pidfd, int signal, struct containr_error *err) MUST_CHECK;

/**
 * Waits until the process ends or @timeout_ms passed (-1: for ever).
 *
 * @ret_ended: whether it ended
 */
int pidfd_wait_end(int pidfd, int64_t timeout_ms, bool *ret_ended,
		   struct containr_error *err) MUST_CHECK;

/**
 * Reads when a process started, in clock ticks since boot (field 22 of /proc/PID/stat): together
 * with the pid and the boot id it names a process for good.
 */
int process_start_time(pid_t pid, uint64_t *ret_ticks, struct containr_error *err) MUST_CHECK;

/** Whether a process with this pid and start time exists and is no zombie. */
bool process_is_alive(pid_t pid, uint64_t start_ticks);

#endif
