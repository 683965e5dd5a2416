/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_RECOMPRESS_H
#define IMAGE_REGISTRY_RECOMPRESS_H

#include "image/archive/blob.h"
#include "image/content.h"
#include "store/store.h"

#include <pthread.h>

/*
 * A layer in another compression than the store has it in. The new blob grows in a file of its own,
 * which another thread may read from its begin while it grows. What comes out is noted, so that the
 * next one who wants it knows its digest before it is made (and maybe need not make it).
 */

enum recompress_format { RECOMPRESS_GZIP, RECOMPRESS_ZSTD };

struct recompress {
	enum recompress_format format;
	const char *diff_id; /* that the layer must have; borrowed */
	int source;	     /* the blob as it is; borrowed */
	const char *what;    /* names it in errors; borrowed */
	struct blob blob;
	int fd;			      /* of the new file, for reading */
	struct sha256 hash;	      /* of the tar */
	const volatile int *given_up; /* not 0: nobody wants it any more */
	pthread_mutex_t mutex;	      /* for the rest */
	pthread_cond_t changed;
	int64_t have; /* bytes that can be read */
	bool ended;
	struct containr_error err;
	char digest[DIGEST_SIZE]; /* when it has ended well */
};

/**
 * Prepares a file @name in the folder @dir.
 *
 * @recompress: with format, diff_id, source, what and given_up set
 * Errors: IO, OUT_OF_MEMORY.
 */
int recompress_open(struct recompress *recompress, int dir, const char *name,
		    struct containr_error *err) MUST_CHECK;
void recompress_release(struct recompress *recompress);

/** Makes the blob; how it ended is in recompress->err. Errors: INVALID_ARCHIVE, DIGEST_MISMATCH, NO_SPACE, IO. */
void recompress_run(struct recompress *recompress);

/** Waits until there are @wanted bytes, or all; returns how many there are, or the negated code. */
int64_t recompress_wait(struct recompress *recompress, int64_t wanted,
			struct containr_error *err) MUST_CHECK;

/** Tells what a layer becomes in that format, if that is known; also a size may be wanted. */
bool recompress_find(const struct containr *engine, const char *diff_id,
		     enum recompress_format format, char ret_digest[DIGEST_SIZE],
		     int64_t *ret_size);

/** Notes what a layer has become; a failure costs time only. */
void recompress_note(const struct containr *engine, const char *diff_id,
		     enum recompress_format format, const char *digest, int64_t size);

#endif
