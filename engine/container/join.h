/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_JOIN_H
#define CONTAINER_JOIN_H

#include "container/create.h"

/*
 * Containers that share namespaces of another one. What is kept is the other one's id, as the path
 * of the namespace ("container:ID") and, of /dev/shm, as the source of the mount
 * ("/container:ID"): which process that is, is found out at each start. No file has such a path, so
 * what is not resolved cannot become something else.
 */

#define JOIN_PREFIX "container:"

/** Puts ids in the place of the names that the user gave. Errors: CONTAINER_NOT_FOUND. */
int join_design(struct containr *engine, struct oci_config *config,
		struct containr_error *err) MUST_CHECK;

/**
 * Puts the paths of the running containers' namespaces in the place of ids, and detached mounts in
 * that of their /dev/shm.
 *
 * Errors: CONTAINER_NOT_FOUND, CONTAINER_NOT_RUNNING.
 */
int join_resolve(struct containr *engine, struct oci_config *config,
		 struct containr_error *err) MUST_CHECK;

#endif
