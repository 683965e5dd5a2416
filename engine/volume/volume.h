/* SPDX-License-Identifier: MIT */
#ifndef VOLUME_VOLUME_H
#define VOLUME_VOLUME_H

#include <containr/volume.h>

#include "base/error.h"
#include "base/str.h"
#include "store/store.h"

#include <stdbool.h>

/*
 * The volume layer. May use: base, kernel, store.
 *
 *   volumes/NAME/  volume.json  _data/
 *
 * volume.json is written last and makes the folder a volume: a maker that was killed leaves a
 * folder that the next maker of that name completes, and that nobody else sees.
 *
 * VOLUMES_LOCK is held by whoever makes or removes volumes, and by the maker of a container that
 * mounts some, from before it looks at them until containers/ID/volumes says so (references.h).
 * Containers without volumes never touch it.
 */

#define VOLUMES_DIR "volumes"
#define VOLUMES_LOCK "volumes.lock"
#define VOLUME_DATA "_data"
#define VOLUME_NAME_MAX 200

static inline void volume_cleanup(struct containr_volume **volume)
{
	containr_volume_free(*volume);
}

#define autovolume __attribute__((cleanup(volume_cleanup))) struct containr_volume

/** Refuses what is no name of a volume, before it becomes part of a path. */
int volume_name_check(const char *name, struct containr_error *err) MUST_CHECK;

/** Reads a volume. Errors: VOLUME_NOT_FOUND. */
int volume_read(const struct containr *engine, const char *name,
		struct containr_volume **ret_volume, struct containr_error *err) MUST_CHECK;

/**
 * Creates a volume unless it is there; VOLUMES_LOCK is held.
 *
 * @spec:         with a name
 * @is_anonymous: the name was made up
 */
int volume_ensure(const struct containr *engine, const struct containr_volume_spec *spec,
		  bool is_anonymous, struct containr_error *err) MUST_CHECK;

/** Moves a volume to the trash unless a container uses it; VOLUMES_LOCK is held. */
int volume_discard(const struct containr *engine, const char *name,
		   struct containr_error *err) MUST_CHECK;

/** Opens a volume's content. */
int volume_open_data(const struct containr *engine, const char *name, int *ret_fd,
		     struct containr_error *err) MUST_CHECK;

/** Returns the value of an option, "type"; "" for none. */
const char *volume_option(const struct containr_volume *volume, const char *key);

#endif
