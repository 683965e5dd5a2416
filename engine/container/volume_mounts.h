/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_VOLUME_MOUNTS_H
#define CONTAINER_VOLUME_MOUNTS_H

#include <containr/container.h>
#include <containr/image.h>

#include "container/oci.h"
#include "container/plan.h"
#include "volume/references.h"
#include "volume/volume.h"

/*
 * The volumes of a container that is being made: those it asks for and those of its image. They
 * become bind mounts of their content. Nothing of this happens for a container without volumes.
 */

/* Marks the source of a mount that is a part of a volume: "/volume:NAME/SUBPATH". */
#define VOLUME_PREFIX "volume:"

struct volume_use {
	const char *name;
	const char *target;
	bool is_anonymous;
	bool no_copy;	 /* the image's content at that place is not wanted */
	bool has_folder; /* false where it is mounted from elsewhere: options of the volume */
	const struct containr_volume_spec *spec;
};

struct volume_mounts {
	struct containr_mount *mounts; /* of the specification, volumes made binds; NULL for none */
	size_t count;
	struct volume_use *uses;
	size_t use_count;
	struct strv make_dirs; /* sources of binds that are to be created */
	struct strv strings;   /* what the others point to */
	struct strv *options;  /* a list for each mount, where it needed one of its own */
	int lock;	       /* VOLUMES_LOCK; -1 without volumes */
};

#define VOLUME_MOUNTS_INIT ((struct volume_mounts) { .lock = -1 })

void volume_mounts_release(struct volume_mounts *volumes);

/**
 * Decides which volumes there are, and writes mounts for them. Changes nothing.
 *
 * @config: of the image
 * Errors: INVALID_ARGUMENT, UNSUPPORTED.
 */
int volume_mounts_design(const struct containr *engine, const struct containr_spec *spec,
			 const struct containr_image_config *config,
			 struct volume_mounts *ret_volumes, struct containr_error *err) MUST_CHECK;

/**
 * Creates what is missing, fills new volumes with what the image has there, and writes down which
 * container uses them.
 *
 * @dir: folder of the container, with its folders for the overlay
 */
int volume_mounts_make(const struct containr *engine, const struct volume_mounts *volumes,
		       const struct rootfs *rootfs, int dir, const char *id, bool auto_remove,
		       struct containr_error *err) MUST_CHECK;

/**
 * Opens the parts of volumes that are mounted, as detached mounts. Links on the way are followed
 * inside the volume only: whoever can write to it could lead them elsewhere.
 */
int volume_mounts_resolve(const struct containr *engine, struct oci_config *config,
			  struct containr_error *err) MUST_CHECK;

/** Finds the volume that the source of a mount belongs to; false for another source. */
bool volume_mounts_name(const struct containr *engine, const char *source,
			char ret_name[VOLUME_NAME_MAX + 1]);

/** Tells that a container has mounted its volumes. */
void volume_mounts_tell(const struct containr *engine, const struct oci_config *config,
			const char *id);

#endif
