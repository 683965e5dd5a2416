/* SPDX-License-Identifier: MIT */
#ifndef CLI_MOUNT_ARG_H
#define CLI_MOUNT_ARG_H

#include <containr/container.h>

#include "base/str.h"

/* The options -v, --mount and --tmpfs as docker has them. */

struct mount_args {
	struct containr_mount *mounts;
	struct strv *options; /* one list for each mount */
	size_t count;
	struct strv strings; /* what the mounts' members point to */
};

void mount_args_release(struct mount_args *args);

/**
 * Reads all three kinds of options, in this order.
 *
 * @volumes: "[SRC:]DST[:OPTION,...]"
 * @mounts:  "type=bind|volume|tmpfs,src=...,dst=...,ro,..."
 * @tmpfs:   "DST[:OPTION,...]"
 * Errors: INVALID_ARGUMENT.
 */
int mount_args_parse(const struct strv *volumes, const struct strv *mounts,
		     const struct strv *tmpfs, struct mount_args *ret_args,
		     struct containr_error *err) MUST_CHECK;

#endif
