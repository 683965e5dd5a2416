/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_ARCHIVE_H
#define CONTAINR_ARCHIVE_H

#include <containr/containr.h>

#include <stdbool.h>

/*
 * Files of containers and images as tar archives. The work is done by the helper containr-image, which
 * has the libraries for it: this library stays free of them. Descriptors are borrowed; an archive
 * is read or written from where its descriptor stands.
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define CONTAINR_IMAGE_ID_LENGTH 71 /* "sha256:" and 64 hexadecimal digits */

/**
 * Makes an image of one layer out of an archive, plain or compressed.
 *
 * @name:   NAME[:TAG]
 * @ret_id: the image's id and a NUL
 * Errors: INVALID_REFERENCE, INVALID_ARCHIVE, NO_SPACE; UNSUPPORTED without the helper.
 */
int containr_image_import(struct containr *engine, int archive, const char *name,
			  char ret_id[CONTAINR_IMAGE_ID_LENGTH + 1], struct containr_error *err);

/** Writes the files of a container, running or not, as a tar; what is mounted in it is left out. */
int containr_export(struct containr *engine, const char *container, int archive,
		    struct containr_error *err);

/**
 * Writes a file of a container, or a folder with its content, as a tar.
 *
 * @path: from the container's root; of "DIR/." only the content
 * Errors: CONTAINER_NOT_FOUND, INVALID_ARGUMENT when there is no such file.
 */
int containr_copy_from(struct containr *engine, const char *container, const char *path,
		       int archive, struct containr_error *err);

/** Unpacks an archive, plain or compressed, into a folder of a container. */
int containr_copy_to(struct containr *engine, const char *container, const char *path, int archive,
		     struct containr_error *err);

/* All zero is valid. */
struct containr_commit_options {
	const char *name;	    /* NAME[:TAG]; NULL: none */
	const char *author;	    /* NULL: none */
	const char *message;	    /* NULL: none */
	const char *const *changes; /* instructions of a Dockerfile, e.g. "CMD [\"sh\"]" */
	bool no_pause;		    /* a running container is not frozen meanwhile */
};

/**
 * Makes an image of a container: its own image with one more layer.
 *
 * @ret_id: the image's id and a NUL
 */
int containr_commit(struct containr *engine, const char *container,
		    const struct containr_commit_options *options,
		    char ret_id[CONTAINR_IMAGE_ID_LENGTH + 1], struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
