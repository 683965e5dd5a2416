/* SPDX-License-Identifier: MIT */
#ifndef VOLUME_REFERENCES_H
#define VOLUME_REFERENCES_H

#include "base/error.h"
#include "base/str.h"
#include "store/store.h"

#include <stdbool.h>

/*
 * Which volumes a container mounts: the file containers/ID/volumes, a line each. Only a container
 * with volumes has one; it goes to the trash with the container, and there tells
 * references_sweep() what else to remove.
 *
 *   c ID     the container
 *   v NAME   a volume
 *   a NAME   an anonymous one
 *   r        remove the anonymous ones with the container (--rm)
 *   d        the same, asked for later (rm --volumes)
 */

#define REFERENCES_FILE "volumes"

struct references {
	char container[65];
	struct strv volumes;   /* all of them */
	struct strv anonymous; /* those of them that are */
	bool auto_remove;
	bool is_doomed; /* the anonymous ones go with the container */
};

#define autoreferences __attribute__((cleanup(references_release))) struct references

void references_release(struct references *references);

/** Writes the file into the folder of a container. */
int references_write(int dir, const struct references *references,
		     struct containr_error *err) MUST_CHECK;

/** Reads the file of a container; a container without one has no volumes. */
int references_read(int dir, const char *path, struct references *ret_references,
		    struct containr_error *err) MUST_CHECK;

/** Asks for the anonymous volumes to be removed with the container. */
int references_doom(int dir, struct containr_error *err) MUST_CHECK;

/** Finds a container that mounts a volume; "" for none. */
int references_find_user(const struct containr *engine, const char *volume, char ret_id[65],
			 struct containr_error *err) MUST_CHECK;

/** Tells that a container has let its volumes go. */
void references_tell_unmount(const struct containr *engine, const struct references *references);

/**
 * Moves the anonymous volumes of containers in the trash there too; to be called before the trash
 * is emptied. What cannot be removed stays, for `volume prune`.
 */
void references_sweep(const struct containr *engine);

#endif
