/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_OVERLAY_H
#define CONTAINER_OVERLAY_H

#include "container/plan.h"

/*
 * The layers of an image under a writable folder, put together by overlayfs
 * (Documentation/filesystems/overlayfs.rst).
 */

enum {
	OVERLAY_READ_ONLY = 1 << 0, /* the container's own layer is the first of the image's */
	OVERLAY_USERXATTR = 1 << 1, /* in a user namespace trusted.overlay.* cannot be written */
	OVERLAY_VOLATILE = 1 << 2,
};

/** Writes the options of mount(2); the caller's to free, NULL without memory. */
char *overlay_options(const struct rootfs *rootfs, unsigned int flags);

/**
 * Mounts the layers at rootfs->path; changes the working folder. For init too: no heap is used.
 *
 * @options: as overlay_options() wrote them for @flags. Where they do not fit the page that mount(2)
 *           takes, each layer is told on its own (fsconfig(2), "lowerdir+", Linux 6.5)
 *
 * Returns -1 with errno.
 */
int overlay_mount(const struct rootfs *rootfs, const char *options, unsigned int flags) MUST_CHECK;

#endif
