/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_USERS_H
#define IMAGE_USERS_H

#include "base/error.h"
#include "base/str.h"
#include "store/store.h"

/*
 * Who stands on what: containers by "image_id", "lower" and "snapshot" in containers/ID/container.json,
 * snapshots by their records. A container without that record is being made or torn down; image_pin()
 * keeps its image meanwhile.
 */

struct users {
	struct strv ids;       /* image ids, valid digests */
	struct strv names;     /* at the same places: "container 'web'", "snapshot 'clean'" */
	struct strv snapshots; /* at the same places: the one it was made of, "" for none */
	struct strv layers;    /* hexadecimal digits, beside those of the images */
};

#define autousers __attribute__((cleanup(users_release))) struct users

void users_release(struct users *users);

/** Reads all records; those that cannot be read as JSON stand on nothing. */
int users_load(const struct containr *engine, struct users *ret_users,
	       struct containr_error *err) MUST_CHECK;

/** Returns who stands on the image, as in @names, or NULL. */
const char *users_find(const struct users *users, const char *image_id);

/** Returns who was made of the snapshot, or NULL. */
const char *users_find_of_snapshot(const struct users *users, const char *snapshot);

#endif
