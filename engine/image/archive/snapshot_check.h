/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SNAPSHOT_CHECK_H
#define IMAGE_ARCHIVE_SNAPSHOT_CHECK_H

#include "image/archive/folder.h"
#include "image/snapshot.h"

/**
 * Writes the layer of a snapshot as the tar whose digest it has, as long as it is what it was.
 *
 * @write, @data: where the tar goes
 * Errors: IMAGE_CORRUPT if it is not there; those of @write; IO.
 */
int snapshot_write_layer(const struct containr *engine, const char *digest,
			 folder_write_function *write, void *data,
			 struct containr_error *err) MUST_CHECK;

/** Compares a layer with its digest. Errors: IMAGE_CORRUPT when it is not there, or another one. */
int snapshot_check_layer(const struct containr *engine, const char *digest,
			 struct containr_error *err) MUST_CHECK;

/**
 * Looks at all that a snapshot consists of and stands on.
 *
 * @problems: gets a sentence for each thing that is wrong, and stays empty if all is well
 * Errors: of the looking itself: IO, OUT_OF_MEMORY.
 */
int snapshot_verify(const struct containr *engine, const struct containr_snapshot *snapshot,
		    struct strv *problems, struct containr_error *err) MUST_CHECK;

/**
 * Puts right what can be put right: the name of a parent that has gone; the index of a layer whose tar is
 * whole; a layer that an image in the store has as well, which is unpacked from there. What is wrong
 * afterwards is wrong still for snapshot_verify().
 *
 * @repairs: gets a sentence for each thing that was put right
 */
int snapshot_repair(const struct containr *engine, const char *name, struct strv *repairs,
		    struct containr_error *err) MUST_CHECK;

#endif
