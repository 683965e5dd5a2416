/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_IDMAP_H
#define KERNEL_IDMAP_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which ids of a user namespace are which ids outside: one map for users, one for groups.
 * user_namespaces(7).
 */

struct idmap_range {
	uint32_t inside;  /* first id in the namespace */
	uint32_t outside; /* the id it is in the parent namespace */
	uint32_t count;
};

struct idmap {
	struct idmap_range *ranges;
	size_t count;
};

#define IDMAP_RANGES_MAX 340 /* of the kernel, since Linux 4.15 */

/** Frees the ranges and empties the map. */
void idmap_release(struct idmap *map);

/**
 * Adds a range. Errors: INVALID_ARGUMENT for an empty one, one that leaves 32 bits, or one that
 * overlaps another on either side; OUT_OF_MEMORY.
 */
int idmap_add(struct idmap *map, uint32_t inside, uint32_t outside, uint32_t count,
	      struct containr_error *err) MUST_CHECK;

/** Finds what an id of the namespace is outside; false if it is not mapped. */
bool idmap_to_outside(const struct idmap *map, uint32_t inside, uint32_t *ret_outside);

/** Whether two maps are the same, range by range. */
bool idmap_equal(const struct idmap *a, const struct idmap *b);

/**
 * Adds the ranges that /etc/subuid or /etc/subgid gives to a user, one behind the other from the
 * id @inside on. subuid(5).
 *
 * @text: the file's text, "USER:START:COUNT" a line; @name and @uid: who may be meant by USER
 */
int idmap_add_subids(struct idmap *map, const char *text, size_t len, const char *name,
		     uint32_t uid, uint32_t inside, struct containr_error *err) MUST_CHECK;

#endif
