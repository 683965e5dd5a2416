/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_EXEC_H
#define CONTAINER_EXEC_H

#include "base/error.h"
#include "base/log.h"
#include "container/oci.h"
#include "kernel/cgroup.h"

#include <sys/types.h>

/* A further process in a running container: one clone from here, no runtime in between. */

struct exec_request {
	const struct oci_config *config;   /* of the container, for its system call filter */
	const struct oci_process *process; /* what to run */
	const char *id; /* of the container, and its bundle: for a seccomp agent */
	const char *bundle_path;
	pid_t container; /* its first process */
	const struct cgroup *cgroup;
	const struct log *log;
	int pidfd;	/* of the container's first process */
	int namespaces; /* CLONE_NEW* of those to enter */
	int stdio[3];	/* unused with a terminal */
	int preserved_fds;
	bool privileged; /* no system call filter */
	bool dies_with_caller;
};

struct exec_started {
	pid_t pid;
	int pidfd;
	int console; /* master of the terminal; -1 without one */
};

/**
 * Starts the process and waits until it executes.
 *
 * @ret_started: its descriptors are the caller's; the process is the caller's child
 */
int exec_start(const struct exec_request *request, struct exec_started *ret_started,
	       struct containr_error *err) MUST_CHECK;

#endif
