/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_MANIFEST_H
#define IMAGE_MANIFEST_H

#include "image/content.h"

/* The manifest of an image (image-spec, manifest.md): its configuration and its layers' blobs. */
struct manifest {
	struct json_doc doc; /* holds the strings below */
	struct descriptor config;
	struct descriptor *layers; /* lowest first */
	size_t layer_count;
};

#define automanifest __attribute__((cleanup(manifest_release))) struct manifest

void manifest_release(struct manifest *manifest);

/** Whether @media_type is that of a manifest of one image, OCI's or docker's. */
bool manifest_is_image(const char *media_type);

/** Whether @media_type is that of a list of manifests, OCI's or docker's. */
bool manifest_is_list(const char *media_type);

/**
 * Reads what a parsed manifest says; takes @doc over and leaves it empty, on failure too.
 *
 * Errors: IMAGE_CORRUPT, also for a text that could be read as a manifest and as an index (GHSA
 * mc8v-mgrf-8f4m); UNSUPPORTED.
 */
int manifest_read(struct json_doc *doc, struct manifest *ret_manifest,
		  struct containr_error *err) MUST_CHECK;

/** Reads a manifest from the store. Errors: IMAGE_CORRUPT, UNSUPPORTED for a list of manifests. */
int manifest_load(const struct containr *engine, const struct descriptor *blob,
		  struct manifest *ret_manifest, struct containr_error *err) MUST_CHECK;

/** Returns the sum of the sizes of the configuration and the layers, without the manifest's. */
int64_t manifest_content_size(const struct manifest *manifest);

#endif
