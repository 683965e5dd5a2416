/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CHANGES_H
#define CONTAINER_CHANGES_H

#include <containr/container.h>

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * What overlayfs notes in a container's writable layer: a whiteout is a character device 0/0 and
 * hides what lies below, an opaque folder hides all that lower folders have.
 * Documentation/filesystems/overlayfs.rst
 */

/** Whether @name in the folder @dir is a whiteout. */
bool overlay_is_whiteout(int dir, const char *name);

/** Whether the folder hides what lies below it. */
bool overlay_is_opaque(int dir);

/**
 * Appends what a writable layer changes, each as a letter and a path, "A/srv/x": A added, C changed,
 * D deleted. In no special order; a folder is changed when something in it is.
 *
 * @root:  that the next two are relative to
 * @upper: the writable layer
 * @lower: the image's layers, top first
 */
int changes_find(int root, const char *upper, const struct strv *lower, struct strv *out,
		 struct containr_error *err) MUST_CHECK;

/**
 * Writes changes to a file, by path and each path once: of several reports the first letter counts, as
 * what is added is not changed as well. It may be done by another process than the reading.
 *
 * @found: sorted here
 * @file:  empty, of memfd_create(2)
 */
int change_list_write(struct strv *found, int file, struct containr_error *err) MUST_CHECK;

/** Reads what change_list_write() wrote. @ret_changes: as of containr_changes() */
int change_list_read(int file, struct containr_change **ret_changes, size_t *ret_count,
		     struct containr_error *err) MUST_CHECK;

#endif
