/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_CREATE_H
#define CONTAINER_CREATE_H

#include <containr/container.h>

#include "base/fs.h"
#include "container/name_files.h"
#include "container/oci.h"
#include "container/plan.h"
#include "container/record.h"
#include "container/volume_mounts.h"
#include "container/volumes_from.h"
#include "kernel/userns.h"

/*
 * A container that is being made or started: its folder and everything read from or written to it.
 *
 *   containers/ID/  config.json  container.json  state  container.log  hostname  hosts
 *                   upper/ work/ rootfs/   (the overlay; rootfs is where it gets mounted)
 */
struct container {
	char id[CONTAINR_ID_LENGTH + 1];
	int dir;       /* of the folder */
	int state_fd;  /* holds the lock */
	int image_pin; /* keeps the layers until the record does, and the folder from being swept */
	struct name_files name_files;
	struct volumes_from volumes_from;
	struct volume_mounts volumes;
	struct record record;
	struct oci_config config;
	struct rootfs rootfs;
	struct userns_maker userns; /* of an ordinary user's container, begun early */
};

#define autocontainer __attribute__((cleanup(container_release))) struct container

void container_init(struct container *container);
void container_release(struct container *container);

/**
 * Decides what the container will be: image, id, name, configuration, layers. Changes nothing.
 */
int container_design(struct containr *engine, const struct containr_spec *spec,
		     struct container *container, struct containr_error *err) MUST_CHECK;

/** Creates the folder of a designed container and everything in it; nothing is left on failure. */
int container_make(struct containr *engine, struct container *container,
		   struct containr_error *err) MUST_CHECK;

/** Writes the configuration into the container's folder. */
int container_write_config(int dir, const struct oci_config *config, enum fs_durability durability,
			   struct containr_error *err) MUST_CHECK;

struct live;

/** Loads what is known of a container, without its lock. */
int container_read(struct containr *engine, const struct live *live, struct container *container,
		   struct containr_error *err) MUST_CHECK;

/**
 * Loads a container to be started and takes its lock.
 * Errors: CONTAINER_NOT_FOUND, CONTAINER_RUNNING, LOCKED.
 */
int container_load(struct containr *engine, const char *name, struct container *container,
		   struct containr_error *err) MUST_CHECK;

/**
 * The same by whoever holds the lock already: id, dir and state_fd are filled in.
 */
int container_load_locked(struct containr *engine, struct container *container,
			  struct containr_error *err) MUST_CHECK;

/**
 * Starts a loaded or made container; its lock goes to the monitor.
 *
 * @ret_attach: see containr_start(); may be NULL
 */
int container_start(struct containr *engine, struct container *container, int *ret_attach,
		    struct containr_error *err) MUST_CHECK;

/** Takes a container that does not run out of sight, for store_empty_trash(); its lock is held. */
int container_discard(struct containr *engine, const struct container *container,
		      struct containr_error *err) MUST_CHECK;

#endif
