/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_CONTENT_H
#define IMAGE_CONTENT_H

#include "base/json.h"
#include "image/digest.h"
#include "store/store.h"

/*
 * The content store: root/images, an OCI image layout (image-spec, image-layout.md), so that every
 * tool that reads "oci:" reads it in place. A blob's name is the digest of its bytes.
 *
 *   images/oci-layout  images/index.json  images/blobs/sha256/HEX
 *
 * A blob gets its name when it is complete, on disk, and its digest known. So readers need no lock;
 * whoever changes index.json, publishes or deletes blobs holds CONTENT_LOCK.
 */

#define CONTENT_DIR "images"
#define CONTENT_BLOBS CONTENT_DIR "/blobs/sha256"
#define CONTENT_INDEX CONTENT_DIR "/index.json"
#define CONTENT_LAYOUT CONTENT_DIR "/oci-layout"
#define CONTENT_LOCK "images.lock"
/* HEX of a diff_id -> digest and size of that layer's blob in another compression */
#define CONTENT_GZIP "images.gzip"
#define CONTENT_ZSTD "images.zstd"
#define CONTENT_PATH_SIZE (sizeof(CONTENT_BLOBS) + 1 + DIGEST_HEX_LEN)

/* What is parsed is bounded: the specification asks readers for 4 MiB at least. */
#define CONTENT_MANIFEST_MAX (4 << 20)
#define CONTENT_CONFIG_MAX (8 << 20)
#define CONTENT_INDEX_MAX (64 << 20)

#define MEDIA_INDEX "application/vnd.oci.image.index.v1+json"
#define MEDIA_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define MEDIA_CONFIG "application/vnd.oci.image.config.v1+json"
#define MEDIA_LAYER "application/vnd.oci.image.layer.v1.tar"
#define MEDIA_LAYER_GZIP "application/vnd.oci.image.layer.v1.tar+gzip"
#define MEDIA_LAYER_ZSTD "application/vnd.oci.image.layer.v1.tar+zstd"
#define MEDIA_DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define MEDIA_DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"
#define MEDIA_DOCKER_CONFIG "application/vnd.docker.container.image.v1+json"
#define MEDIA_DOCKER_LAYER "application/vnd.docker.image.rootfs.diff.tar"
#define MEDIA_DOCKER_LAYER_GZIP "application/vnd.docker.image.rootfs.diff.tar.gzip"

/* A reference to a blob from JSON; the strings belong to the document they were read from. */
struct descriptor {
	const char *media_type;
	const char *digest; /* valid */
	int64_t size;
};

/**
 * Reads a descriptor object.
 *
 * @path: of the object, for errors, e.g. "config"
 * Errors: IMAGE_CORRUPT.
 */
int descriptor_read(const struct json *object, const char *path, struct descriptor *ret_descriptor,
		    struct containr_error *err) MUST_CHECK;

/** Writes a descriptor's members into the open object. */
void descriptor_write(struct json_writer *writer, const struct descriptor *descriptor);

/** Creates what is missing of the layout. The caller holds CONTENT_LOCK. */
int content_create(const struct containr *engine, struct containr_error *err) MUST_CHECK;

/** Writes the path of a blob, relative to root. */
void content_blob_path(const char *digest, char ret_path[CONTENT_PATH_SIZE]);

/**
 * Reads and parses a blob of JSON.
 *
 * @what: names it in errors, e.g. "manifest"
 * @max:  refuse to read more bytes
 * Errors: IMAGE_CORRUPT if it is missing, not of its size, or no JSON.
 */
int content_read_json(const struct containr *engine, const struct descriptor *blob,
		      const char *what, size_t max, struct json_doc *ret_doc,
		      struct containr_error *err) MUST_CHECK;

/**
 * Turns an error about the content of a blob into IMAGE_CORRUPT; other errors stay what they are.
 * Returns the negated code.
 */
int content_fail_corrupt(struct containr_error *err);

#endif
