/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_VOLUMES_FROM_H
#define CONTAINER_VOLUMES_FROM_H

#include <containr/container.h>

#include "base/str.h"
#include "store/store.h"

/*
 * --volumes-from: the volumes and bind mounts of other containers, as they are written down there. What
 * the new container asks for itself at the same place takes their place.
 */

struct volumes_from {
	struct containr_mount *mounts; /* theirs, then those of the specification; NULL for none */
	size_t count;
	struct strv strings;
	struct strv *options; /* a list for each of theirs */
	size_t option_count;
};

void volumes_from_release(struct volumes_from *from);

/**
 * Collects the mounts of all that @spec names. Nothing to do for a specification that names none.
 * Errors: CONTAINER_NOT_FOUND; INVALID_ARGUMENT for a mode other than ro and rw.
 */
int volumes_from_design(struct containr *engine, const struct containr_spec *spec,
			struct volumes_from *ret_from, struct containr_error *err) MUST_CHECK;

#endif
