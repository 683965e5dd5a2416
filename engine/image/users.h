/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_USERS_H
#define IMAGE_USERS_H

#include "base/error.h"
#include "base/str.h"
#include "store/store.h"

/*
 * Which containers stand on which images: "image_id" in containers/ID/container.json. A container
 * without that record is being made or torn down; image_pin() keeps its image meanwhile.
 */

struct users {
	struct strv ids;	/* image ids, valid digests */
	struct strv containers; /* names at the same places, or ids where a record has no name */
};

#define autousers __attribute__((cleanup(users_release))) struct users

void users_release(struct users *users);

/** Reads the records of all containers; those that cannot be read as JSON stand on nothing. */
int users_load(const struct containr *engine, struct users *ret_users,
	       struct containr_error *err) MUST_CHECK;

/** Returns the name of a container that stands on the image, or NULL. */
const char *users_find(const struct users *users, const char *image_id);

#endif
