/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_ID_RANGE_H
#define CONTAINER_ID_RANGE_H

#include "container/create.h"

/*
 * User namespaces of root's containers (--userns auto): each container has 65,536 ids that no other
 * one has. They are taken of what /etc/subuid and /etc/subgid give to the user "containr", or to
 * "containers" as podman has it. Who has which is a folder of links, ids/NUMBER -> container; a link
 * whose container is gone is free.
 */

/**
 * Puts the first range into the configuration, for a container that is to have one.
 * Errors: INVALID_ARGUMENT with a hint where root has no ids to give.
 */
int id_range_design(struct oci_config *config, struct containr_error *err) MUST_CHECK;

/**
 * Takes a free range for a container whose folder is there, and changes its configuration to it.
 * Does nothing for one without.
 *
 * Errors: NO_SPACE when all ranges are taken.
 */
int id_range_claim(struct containr *engine, struct container *container,
		   struct containr_error *err) MUST_CHECK;

#endif
