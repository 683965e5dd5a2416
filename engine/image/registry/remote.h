/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_REMOTE_H
#define IMAGE_REGISTRY_REMOTE_H

#include "image/archive/platform.h"
#include "image/manifest.h"
#include "image/registry/registry.h"

/* An image as a registry describes it. Everything is checked against its digest before it is parsed. */
struct remote {
	char source[DIGEST_SIZE]; /* of what the name stands for, a manifest or a list of them */
	char digest[DIGEST_SIZE]; /* of the manifest */
	char *media_type;	  /* of the manifest */
	struct str manifest_text;
	struct str config_text;
	struct manifest manifest; /* with one diff_id a layer */
	char **diff_ids;	  /* NULL-terminated */
	struct platform platform; /* that the configuration tells */
};

void remote_release(struct remote *remote);

#define autoremote __attribute__((cleanup(remote_release))) struct remote

/**
 * Asks which digest a name stands for, which costs the registry next to nothing.
 *
 * @name: tag or digest
 * Errors: IMAGE_NOT_FOUND, REGISTRY_DENIED, REGISTRY_ERROR, REGISTRY_UNREACHABLE.
 */
int remote_find(struct registry *registry, struct http *http, const char *name,
		char ret_digest[DIGEST_SIZE], struct containr_error *err) MUST_CHECK;

/**
 * Fetches manifest and configuration of an image; of several platforms the best one for @platform.
 *
 * Errors: as above; IMAGE_NOT_FOUND when there is none for the platform; DIGEST_MISMATCH,
 * IMAGE_CORRUPT, UNSUPPORTED.
 */
int remote_fetch(struct registry *registry, struct http *http, const char *name,
		 const struct platform *platform, struct remote *ret_remote,
		 struct containr_error *err) MUST_CHECK;

#endif
