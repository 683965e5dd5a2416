/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_EXIT_INFO_H
#define KERNEL_EXIT_INFO_H

#include <stdbool.h>

/**
 * Reads from a pidfd how its process ended, whoever reaped it; waits a moment for one that nobody has
 * reaped yet. The descriptor must have been opened while the process lived (Linux 6.15,
 * PIDFD_INFO_EXIT).
 *
 * @ret_code: as the shell has it, 128+N for a signal
 *
 * Returns false where it does not tell: an older kernel, or a process that runs.
 */
bool exit_info_read(int pidfd, int *ret_code);

#endif
