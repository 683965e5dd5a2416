/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_DECODER_H
#define IMAGE_ARCHIVE_DECODER_H

#include "image/archive/input.h"

/*
 * Decompression of an archive, by what it begins with: gzip and zstd (the two forms of a layer in a
 * registry), xz and bzip2; anything else is taken for a tar that is not compressed.
 *
 * Checksums are verified. What decompresses to more than a thousand times its size is refused.
 */

enum decoder_kind { DECODER_PLAIN, DECODER_GZIP, DECODER_ZSTD, DECODER_OTHER };

struct decoder;

/**
 * Opens a decoder by the first bytes of @input (borrowed).
 *
 * Errors: INVALID_ARCHIVE for an empty input.
 */
int decoder_open(struct input *input, struct decoder **ret_decoder,
		 struct containr_error *err) MUST_CHECK;
void decoder_close(struct decoder *decoder);
enum decoder_kind decoder_kind(const struct decoder *decoder);

/**
 * Reads decompressed bytes; *ret_got is 0 at the end, when the input was read to its last byte.
 *
 * Errors: INVALID_ARCHIVE names the byte of the input; those of input_fill().
 */
int decoder_read(struct decoder *decoder, void *buffer, size_t size, size_t *ret_got,
		 struct containr_error *err) MUST_CHECK;

static inline void decoder_cleanup(struct decoder **decoder)
{
	decoder_close(*decoder);
}

#define autodecoder __attribute__((cleanup(decoder_cleanup))) struct decoder

#endif
