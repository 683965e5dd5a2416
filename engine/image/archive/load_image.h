/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LOAD_IMAGE_H
#define IMAGE_ARCHIVE_LOAD_IMAGE_H

#include "image/archive/load.h"
#include "image/archive/platform.h"
#include "image/archive/publish.h"
#include "image/archive/spool.h"

/* The inside of loading: for load.c and load_docker.c. */

struct load {
	const struct containr *engine;
	const struct load_spec *spec;
	struct workdir dir;
	struct spool spool;
	struct platform platform;
	size_t folders; /* made in the workdir so far */
};

/* One image, put together. */
struct load_image {
	struct new_image image;
	struct new_layer *layers;
	char **folders;	 /* of the layers, in the workdir; owned */
	char **files;	 /* of their blobs, where these are new; owned */
	char **diff_ids; /* NULL-terminated, owned */
	size_t count;	 /* different layers */
};

void load_image_release(struct load_image *image);

#define autoloadimage __attribute__((cleanup(load_image_release))) struct load_image

/** Reads the diff_ids out of a configuration. Errors: IMAGE_CORRUPT unless there are @count. */
int load_image_init(struct load_image *image, const struct str *config, size_t count,
		    struct containr_error *err) MUST_CHECK;

/** Whether an image that was begun has a layer of this diff_id. */
bool load_image_has(const struct load_image *image, const char *diff_id);

/** Makes a folder for the next layer. */
int load_make_folder(struct load *load, char **ret_name, int *ret_fd,
		     struct containr_error *err) MUST_CHECK;

/** Opens a spooled file, wherever it is by now. */
int load_open(const struct load *load, const struct spool_file *file, int *ret_fd,
	      struct containr_error *err) MUST_CHECK;

/** Reads a spooled file, wherever it is by now. */
int load_read(const struct load *load, const struct spool_file *file, size_t max, struct str *out,
	      struct containr_error *err) MUST_CHECK;

/** Whether the store has the unpacked layer. */
bool load_has_layer(const struct load *load, const char *diff_id);

/** Fills a blob from a spooled file. */
void load_use_file(const struct spool_file *file, struct new_blob *ret_blob);

/**
 * Publishes an image under each of its names, in the shown form or in full; what is no name is left out.
 */
int load_publish(struct load *load, struct load_image *image, const struct strv *names,
		 struct containr_error *err) MUST_CHECK;

/** Loads what manifest.json lists. */
int load_docker(struct load *load, const struct spool_file *list,
		struct containr_error *err) MUST_CHECK;

#endif
