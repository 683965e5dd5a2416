/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_VOLUME_FILL_H
#define CONTAINER_VOLUME_FILL_H

#include "container/plan.h"
#include "store/store.h"

/**
 * Fills an empty volume with what the image has at the place where it will be mounted. A volume
 * that has content already, and a place that the image does not have, are left as they are.
 *
 * @volume: its content, O_RDONLY
 * Errors: ROOTFS_MOUNT, NO_SPACE, IO.
 */
int volume_fill(const struct containr *engine, const struct rootfs *rootfs, const char *target,
		int volume, struct containr_error *err) MUST_CHECK;

#endif
