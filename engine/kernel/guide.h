/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_GUIDE_H
#define KERNEL_GUIDE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * A first process inside a user namespace that is there already. New namespaces belong to the user
 * namespace that their maker is in, and who enters one cannot come back: so a child goes there, the
 * guide, and makes the process a child of the caller. setns(2), CLONE_PARENT in clone(2).
 */
struct guide {
	int (*enter)(void *context);   /* joins; 0, or -1 with errno */
	void (*arrive)(void *context); /* the process; does not return */
	void *context;
	uint64_t flags; /* CLONE_NEW* of the process */
	int cgroup;	/* as in clone_process() */
	bool *by_hand;	/* as in clone_process(); written in the process only */
};

/** Returns the pid, -1 with errno. @ret_pidfd: the caller's to close. */
pid_t guide_clone(const struct guide *guide, int *ret_pidfd);

#endif
