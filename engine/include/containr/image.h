/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_IMAGE_H
#define CONTAINR_IMAGE_H

#include <containr/containr.h>
#include <containr/health.h>

#include <stddef.h>
#include <stdint.h>

/*
 * Images: what containers are made of. Each is known by its id, the digest of its configuration,
 * and by any number of names. Names are kept in full ("docker.io/library/busybox:latest") and
 * found by any form that means the same ("busybox").
 */

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* What an image says about the containers made of it (OCI image-spec, config.md). */
struct containr_image_config {
	char *user;				 /* "" for root */
	char *working_dir;			 /* "" for / */
	char *stop_signal;			 /* "" for SIGTERM */
	char **env;				 /* KEY=VALUE, NULL-terminated */
	char **entrypoint;			 /* NULL-terminated, may be empty */
	char **cmd;				 /* NULL-terminated, may be empty */
	char **labels;				 /* KEY=VALUE, NULL-terminated */
	char **volumes;				 /* absolute paths, NULL-terminated, may be empty */
	struct containr_healthcheck healthcheck; /* all zero without one */
};

struct containr_image {
	char *id;	       /* digest of the configuration, "sha256:..." */
	char *manifest_digest; /* digest of the manifest, "sha256:..." */
	char *name;	       /* "docker.io/library/busybox:latest"; NULL when it has none */
	char *repository;      /* of the name as people know it, "busybox"; NULL without name */
	char *tag;	       /* "latest"; NULL without name */
	char *os;
	char *architecture;
	int64_t created_ns; /* since 1970; 0 if the image does not say */
	int64_t size_bytes; /* of its blobs, as they are stored */
	int damaged;	    /* not 0 in a list: only id, manifest_digest and name are known */
	char **layers;	    /* diff_ids, lowest first, NULL-terminated */
	struct containr_image_config config;
};

/**
 * Finds an image by NAME[:TAG], NAME@DIGEST, or its id: whole, or a unique prefix of at least 3
 * digits. A name wins over an id that looks the same.
 *
 * @ret_image: the caller's to free with containr_image_free()
 * Errors: INVALID_REFERENCE, INVALID_ARGUMENT (several ids begin so), IMAGE_NOT_FOUND,
 *         IMAGE_CORRUPT, UNSUPPORTED (the name stands for a list of images).
 */
int containr_image_inspect(struct containr *engine, const char *reference,
			   struct containr_image **ret_image, struct containr_error *err);

void containr_image_free(struct containr_image *image);

/**
 * Lists all images, one entry a name (and one for each image without a name), newest first. One
 * that cannot be read is listed as `damaged`, with the manifest's digest as its id.
 *
 * @ret_images: array of @ret_count pointers, the caller's to free with containr_image_list_free()
 */
int containr_image_list(struct containr *engine, struct containr_image ***ret_images,
			size_t *ret_count, struct containr_error *err);

void containr_image_list_free(struct containr_image **images, size_t count);

/**
 * Gives an image a further name; the image that already has that name loses it.
 *
 * @name: NAME[:TAG]
 * Errors: as of containr_image_inspect(), NO_SPACE, IO.
 */
int containr_image_tag(struct containr *engine, const char *reference, const char *name,
		       struct containr_error *err);

enum {
	/* by id: all names of the image; in any case also while containers use it */
	CONTAINR_IMAGE_FORCE = 1 << 0
};

/**
 * Removes a name, and with the last one the image and what only it needed. Layers on which
 * containers stand stay until these are gone, also with CONTAINR_IMAGE_FORCE.
 *
 * @ret_deleted: NULL-terminated list of lines "Untagged: NAME" and "Deleted: DIGEST", the caller's
 *               to free with containr_strings_free(); may be NULL
 * Errors: IMAGE_NOT_FOUND, IMAGE_IN_USE (names the container), INVALID_ARGUMENT (an id with several
 *         names, without force).
 */
int containr_image_remove(struct containr *engine, const char *reference, unsigned int flags,
			  char ***ret_deleted, struct containr_error *err);

/** Frees a NULL-terminated list of strings. */
void containr_strings_free(char **strings);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
