/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_UPLOAD_H
#define IMAGE_REGISTRY_UPLOAD_H

#include "image/registry/recompress.h"
#include "image/registry/registry.h"

/*
 * A blob on its way to a registry (distribution-spec 1.1, "Pushing blobs"). What the registry has is
 * not sent; what another repository of it has is mounted. Small blobs go in one request; large ones in
 * pieces, so that a connection that breaks off costs one piece at most: the registry tells what it has,
 * and the rest follows.
 *
 * A blob that is still being made is sent while it grows. A registry that refuses pieces gets the blob
 * in one, as docker sends it.
 */

enum upload_end { UPLOAD_SENT, UPLOAD_THERE, UPLOAD_MOUNTED };

struct upload {
	int fd;			       /* of the blob; borrowed */
	struct recompress *recompress; /* makes the blob; NULL: it is there */
	char digest[DIGEST_SIZE];      /* "" until it is known */
	int64_t size;		       /* -1 until it is known */
	const char
		*mount_from; /* another repository of the registry that may have it; NULL: none */
	const volatile int *given_up; /* not 0: nobody wants it any more */
	int64_t sent;		      /* bytes, for who watches */
	/* for upload_run() */
	char *location; /* of the upload, a whole URL; NULL: none has begun */
	int64_t at;	/* bytes that the registry has */
	int64_t piece;	/* bytes of one request */
	bool is_whole;	/* one request for all */
	int tries;	/* that brought nothing, one after the other */
};

/**
 * Asks whether the registry has the blob upload->digest: 1, 0, or the negated code.
 *
 * Errors: those of registry_do() and registry_fail().
 */
int upload_find(struct upload *upload, struct registry *registry, struct http *http,
		struct containr_error *err) MUST_CHECK;

/**
 * Brings the blob to the registry, which has said that it has it not.
 *
 * Errors: REGISTRY_DENIED, REGISTRY_ERROR; REGISTRY_UNREACHABLE after several attempts that brought
 * nothing; those of recompress_wait(); INVALID_STATE when it was given up.
 */
int upload_run(struct upload *upload, struct registry *registry, struct http *http,
	       enum upload_end *ret_end, struct containr_error *err) MUST_CHECK;

void upload_release(struct upload *upload);

#endif
