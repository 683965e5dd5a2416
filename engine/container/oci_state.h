/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_OCI_STATE_H
#define CONTAINER_OCI_STATE_H

#include "base/json.h"
#include "container/oci.h"

#include <sys/types.h>

/* The state of a container as the OCI runtime specification has it (runtime.md): what `state`
 * prints, and what hooks and seccomp agents are told. */

struct oci_state {
	const char *id;
	const char *status; /* "creating", "created", "running", "paused" or "stopped" */
	pid_t pid;	    /* 0: none */
	const char *bundle; /* absolute path */
	int64_t created_ns; /* 0: not told; an addition of runc */
	const struct oci_config *config; /* for the annotations; NULL: none are told */
};

/** Writes the state object; @key is NULL at the top. */
void oci_state_write(struct json_writer *writer, const char *key, const struct oci_state *state);

#endif
