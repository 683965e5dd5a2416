/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_RING_H
#define IMAGE_ARCHIVE_RING_H

#include "base/error.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Bytes from one thread to another, through a few large buffers that are filled and read in place.
 * One thread writes, one reads. Either may give up, which wakes the other.
 */

#define RING_SLOTS 4
#define RING_SLOT_SIZE (256 << 10)

struct ring {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	unsigned char *memory;
	size_t lens[RING_SLOTS];
	size_t written; /* slots published since the start */
	size_t read;	/* slots given back since the start */
	bool holds;	/* the reader holds the slot `read` */
	bool ended;	/* the writer has no more, or gave up */
	bool broken;	/* the writer gave up */
	bool closed;	/* the reader gave up */
};

int ring_init(struct ring *ring, struct containr_error *err) MUST_CHECK;
void ring_release(struct ring *ring);

/** Waits for a free buffer of RING_SLOT_SIZE bytes; NULL when the reader has given up. */
unsigned char *ring_claim(struct ring *ring);
/** Hands the claimed buffer over with its first @len bytes filled, at least one. */
void ring_publish(struct ring *ring, size_t len);
/**
 * Says that nothing more comes: because all is written, or because the writer failed. Returns
 * whether the reader had given up before.
 */
bool ring_end(struct ring *ring, bool is_broken);

/**
 * Gives the last buffer back and waits for the next one. Returns its length, 0 at the end, -1 when
 * the writer has failed.
 */
ssize_t ring_next(struct ring *ring, const unsigned char **ret_bytes);
/** Says that the reader wants no more. */
void ring_close(struct ring *ring);

#endif
