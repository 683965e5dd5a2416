/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_WORKDIR_H
#define IMAGE_WORKDIR_H

#include "store/store.h"

/*
 * The folder in tmp/ where an image is put together. Its maker holds a lock on it for life, so that
 * the next one can tell what a killed import left behind, and deletes it.
 */
struct workdir {
	const struct containr *engine;
	char path[64]; /* relative to the engine's root */
	int fd;	       /* holds the lock */
};

#define WORKDIR_INIT ((struct workdir) { .fd = -1 })
#define autoworkdir __attribute__((cleanup(workdir_remove))) struct workdir

/** Creates an empty folder. */
int workdir_create(const struct containr *engine, struct workdir *ret_dir,
		   struct containr_error *err) MUST_CHECK;

/** Deletes the folder with what is still in it. */
void workdir_remove(struct workdir *dir);

/** Deletes the folders whose makers are dead. */
void workdir_sweep(const struct containr *engine);

#endif
