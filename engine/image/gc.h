/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_GC_H
#define IMAGE_GC_H

#include "image/index.h"
#include "image/users.h"

/*
 * Deletion of what nothing needs. Needed are: the manifests of the index, their configurations and
 * layers; and for each container and snapshot the configuration and the unpacked layers of its image,
 * even where the image has left the index, and its own.
 *
 * An import needs no protection: until it takes CONTENT_LOCK to publish, all it has is in tmp/.
 */

#define GC_LOCK "images.gc.lock"

/** Takes the lock that keeps image_pin() out: before users_load(), until gc_sweep() is done. */
int gc_lock(const struct containr *engine, int *ret_fd, struct containr_error *err) MUST_CHECK;

/**
 * Deletes blobs and moves layers to the trash. The caller holds CONTENT_LOCK and gc_lock(), and
 * empties the trash when it has given them back.
 */
int gc_sweep(const struct containr *engine, const struct index *index, const struct users *users,
	     struct containr_error *err) MUST_CHECK;

#endif
