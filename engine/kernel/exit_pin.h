/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_EXIT_PIN_H
#define KERNEL_EXIT_PIN_H

#include <stdbool.h>

/*
 * How a process exited, kept by the kernel: its pidfd mounted on a file. As long as the mount is
 * there, and whoever reaped the process, PIDFD_GET_INFO on that file tells the exit status
 * (Linux 6.15, PIDFD_INFO_EXIT). No process has to live for it. Where the kernel is older, or the
 * caller may not mount, there simply is no pin.
 */

/** Pins the process at the file @name, which is made, of the folder @dir; in place of an older pin. */
void exit_pin(int pidfd, int dir, const char *name);

/** Removes a pin; none is fine. */
void exit_unpin(int dir, const char *name);

/**
 * Reads how the process ended that was pinned; waits a moment for one that nobody has reaped yet.
 *
 * @ret_code: as the shell has it, 128+N for a signal
 *
 * Returns false where there is no pin, or it does not tell.
 */
bool exit_pin_read(int dir, const char *name, int *ret_code);

#endif
