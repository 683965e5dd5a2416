/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_GZIP_H
#define IMAGE_REGISTRY_GZIP_H

#include "image/archive/blob.h"
#include "image/archive/decoder.h"

/*
 * Compression by gzip on all processors: blocks of a fixed size, each compressed by itself into a
 * member of its own (RFC 1952, 2.2: members one after the other are one file), written in order. So
 * the same bytes give the same file, however many threads there were.
 *
 * libdeflate's level 5 gives what gzip(1) gives at its level 6, in a fifth of the time.
 */

/** Told of bytes on their way; an error ends the work. */
typedef int gzip_watch(void *data, const void *bytes, size_t len, struct containr_error *err);

/**
 * Compresses all that a decoder gives.
 *
 * @plain:   told each piece of the decoder's bytes, in order
 * @written: told when more of the blob is there, with no bytes
 * Errors: those of decoder_read(), of @plain and of blob_write(); OUT_OF_MEMORY.
 */
int gzip_compress(struct decoder *decoder, struct blob *blob, gzip_watch *plain,
		  gzip_watch *written, void *data, struct containr_error *err) MUST_CHECK;

#endif
