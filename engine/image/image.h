/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_IMAGE_H
#define IMAGE_IMAGE_H

#include <containr/image.h>

#include "base/str.h"
#include "image/index.h"
#include "store/store.h"

/*
 * The image layer. May use: base, kernel, store. What is here is for the engine itself; the public
 * part is <containr/image.h>.
 *
 * A start of a container reads two small files, the records of names (image/image_record.h) and the
 * configuration, and looks once at each layer: no folder is scanned and no lock is waited for,
 * except in image_pin() while something is being deleted.
 */

#define LAYERS_DIR "layers"
#define LAYER_FILES "fs" /* in layers/HEX: the layer's files, unpacked */

static inline void image_cleanup(struct containr_image **image)
{
	containr_image_free(*image);
}

#define autoimage __attribute__((cleanup(image_cleanup))) struct containr_image

/**
 * Keeps layers from being deleted: from before containr_image_inspect() until the container's
 * record names the image's id, which keeps them from then on.
 *
 * @ret_fd: the caller's; closing it ends the pin
 */
int image_pin(const struct containr *engine, int *ret_fd, struct containr_error *err) MUST_CHECK;

/**
 * Appends the image's unpacked layers to @dirs, top first as overlay's lowerdir wants them, as
 * paths relative to the engine's root: "layers/HEX/fs", or "layers/HEX/mnt" for one that has to be
 * mounted first (image/layer_mount.h).
 *
 * Errors: IMAGE_CORRUPT if one is not there.
 */
int image_lower_dirs(const struct containr *engine, const struct containr_image *image,
		     struct strv *dirs, struct containr_error *err) MUST_CHECK;

/**
 * Reads an image by its id alone, also one that has left the index and is kept for a container or a
 * snapshot. It has no name and no manifest.
 *
 * Errors: IMAGE_NOT_FOUND, IMAGE_CORRUPT.
 */
int image_load(const struct containr *engine, const char *id, struct containr_image **ret_image,
	       struct containr_error *err) MUST_CHECK;

/**
 * Appends the path of a layer below root to @dirs, unless it is there: what a layer hides and shows a
 * second time further down changes nothing, and overlayfs refuses it.
 *
 * @digest: of the layer's tar
 * Errors: IMAGE_CORRUPT.
 */
int image_push_layer(const struct containr *engine, const char *digest, struct strv *dirs,
		     struct containr_error *err) MUST_CHECK;

/** How a reference matched; by id it may stand for several entries. */
enum image_match { IMAGE_MATCH_NAME, IMAGE_MATCH_DIGEST, IMAGE_MATCH_ID };

/**
 * Finds the first entry that @text stands for.
 *
 * @ret_match: may be NULL
 * Errors: as of containr_image_inspect().
 */
int image_find(const struct containr *engine, const struct index *index, const char *text,
	       const struct index_entry **ret_entry, enum image_match *ret_match,
	       struct containr_error *err) MUST_CHECK;

/**
 * Writes the id of an entry's image: the digest of its configuration, or of the manifest where that
 * cannot be read.
 */
void image_id_of(const struct containr *engine, const struct index_entry *entry,
		 char ret_id[DIGEST_SIZE]);

/** Empties the trash, also while others do. */
int image_empty_trash(const struct containr *engine, struct containr_error *err) MUST_CHECK;

/**
 * Appends all names of the image @id, in full, in the order of the index. No configuration is read for
 * it.
 */
int image_list_names(const struct containr *engine, const char *id, struct strv *names,
		     struct containr_error *err) MUST_CHECK;

/** Records an event of the image @id; @name in full, or NULL. */
void image_event(const struct containr *engine, const char *action, const char *id,
		 const char *name);

#endif
