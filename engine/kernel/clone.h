/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_CLONE_H
#define KERNEL_CLONE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * clone3(2) without shared memory: returns twice, as fork(2) does.
 *
 * @flags:       CLONE_NEW* and the like
 * @cgroup:      folder of the unified hierarchy that the child is to be born in; -1 for none
 * @ret_pidfd:   in the parent: of the child, close-on-exec
 * @ret_by_hand: in both: whether the child has to enter the cgroup itself, because the kernel is
 *               older than 5.7 or does not let us
 *
 * Returns the child's pid, 0 in the child, -1 with errno.
 */
pid_t clone_process(uint64_t flags, int cgroup, int *ret_pidfd, bool *ret_by_hand);

/** Waits for a child and returns its exit code as the shell has it: 128+N for a signal. */
int clone_reap(pid_t pid);

#endif
