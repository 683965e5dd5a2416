/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_BLOB_H
#define IMAGE_ARCHIVE_BLOB_H

#include "image/archive/sha256.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * A blob that is being written: a file without its name yet. What goes in is stored as it is, or
 * compressed by zstd; the digest is that of the stored bytes.
 */
struct blob {
	int fd; /* owned */
	struct sha256 hash;
	void *zstd; /* ZSTD_CCtx; NULL to store verbatim */
	void *out;  /* buffer of compressed bytes */
	size_t out_size;
	int64_t size; /* bytes stored so far */
};

#define BLOB_INIT ((struct blob) { .fd = -1 })
#define autoblob __attribute__((cleanup(blob_release))) struct blob

/** Creates the file @name in @dir. */
int blob_open(struct blob *blob, int dir, const char *name, bool compress,
	      struct containr_error *err) MUST_CHECK;
void blob_release(struct blob *blob);
int blob_write(struct blob *blob, const void *bytes, size_t len,
	       struct containr_error *err) MUST_CHECK;

/** Completes the file and tells its digest; its size is blob->size. */
int blob_seal(struct blob *blob, char ret_digest[DIGEST_SIZE],
	      struct containr_error *err) MUST_CHECK;

/** Completes the file, syncs it to the disk, and tells its digest; its size is blob->size. */
int blob_finish(struct blob *blob, char ret_digest[DIGEST_SIZE],
		struct containr_error *err) MUST_CHECK;

#endif
