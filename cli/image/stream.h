/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_STREAM_H
#define CLI_IMAGE_STREAM_H

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

/* A tar on its way through a descriptor. */
struct stream {
	int fd; /* borrowed */
	const char *what;
	unsigned char buffer[64 << 10];
};

/** Writes all of it, as pack_write_tar() wants it. @stream: struct stream */
int stream_write(void *stream, const void *bytes, size_t len, struct containr_error *err);

/**
 * Unpacks an archive, plain or compressed, into a folder that may have files.
 *
 * @fd, @what: where it comes from, and its name in errors
 * Errors: those of decoder_read() and unpack_tar().
 */
int stream_unpack(int fd, const char *what, int folder, struct containr_error *err) MUST_CHECK;

/** Reads what there is, as unpack_tar() wants it. @stream: struct stream */
ssize_t stream_read(void *stream, const unsigned char **ret_bytes);

#endif
