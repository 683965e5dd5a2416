/* SPDX-License-Identifier: MIT */
#include "image/registry/gzip.h"

#include "base/cleanup.h"

#include <errno.h>
#include <libdeflate.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

#define BLOCK (1 << 20)
#define LEVEL 5
#define WORKERS_MAX 8
#define SLOTS_MAX (2 * WORKERS_MAX)

enum slot_state { SLOT_FREE, SLOT_FULL, SLOT_TAKEN, SLOT_DONE };

struct slot {
	enum slot_state state;
	unsigned char *plain;
	size_t plain_len;
	unsigned char *packed;
	size_t packed_len; /* 0: it could not be compressed */
};

/* One thread reads and writes, in order; workers compress the blocks that lie between. */
struct gzip {
	pthread_mutex_t mutex; /* for states, next and ended */
	pthread_cond_t changed;
	struct slot slots[SLOTS_MAX];
	size_t slot_count;
	size_t packed_size; /* room in each slot */
	size_t filled;	    /* slots filled since the start */
	size_t taken;	    /* of them, by workers */
	size_t written;	    /* of them */
	bool ended;	    /* nothing more comes */
	pthread_t workers[WORKERS_MAX];
	size_t worker_count;
};

static void gzip_release(struct gzip *gzip)
{
	(void)pthread_mutex_lock(&gzip->mutex);
	gzip->ended = true;
	(void)pthread_cond_broadcast(&gzip->changed);
	(void)pthread_mutex_unlock(&gzip->mutex);
	for (size_t i = 0; i < gzip->worker_count; i++)
		(void)pthread_join(gzip->workers[i], NULL);
	for (size_t i = 0; i < gzip->slot_count; i++) {
		free(gzip->slots[i].plain);
		free(gzip->slots[i].packed);
	}
	(void)pthread_cond_destroy(&gzip->changed);
	(void)pthread_mutex_destroy(&gzip->mutex);
}

/* The next block that waits; NULL when nothing more comes. */
static struct slot *take_slot(struct gzip *gzip)
{
	struct slot *slot = NULL;

	(void)pthread_mutex_lock(&gzip->mutex);
	while (gzip->taken == gzip->filled && !gzip->ended)
		(void)pthread_cond_wait(&gzip->changed, &gzip->mutex);
	if (gzip->taken < gzip->filled) {
		slot = &gzip->slots[gzip->taken++ % gzip->slot_count];
		slot->state = SLOT_TAKEN;
	}
	(void)pthread_mutex_unlock(&gzip->mutex);
	return slot;
}

static void set_state(struct gzip *gzip, struct slot *slot, enum slot_state state)
{
	(void)pthread_mutex_lock(&gzip->mutex);
	slot->state = state;
	gzip->filled += state == SLOT_FULL;
	(void)pthread_cond_broadcast(&gzip->changed);
	(void)pthread_mutex_unlock(&gzip->mutex);
}

static void *work(void *data)
{
	struct gzip *gzip = data;
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
	struct slot *slot;

	while ((slot = take_slot(gzip))) {
		slot->packed_len =
			compressor
				? libdeflate_gzip_compress(compressor, slot->plain, slot->plain_len,
							   slot->packed, gzip->packed_size)
				: 0;
		set_state(gzip, slot, SLOT_DONE);
	}
	libdeflate_free_compressor(compressor);
	return NULL;
}

/* Those that we may use: a container's cpuset is not to be crowded. */
static size_t count_processors(void)
{
	cpu_set_t set;
	int count = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;

	return count < 1 ? 1 : count > WORKERS_MAX ? WORKERS_MAX : (size_t)count;
}

static int start(struct gzip *gzip, struct containr_error *err)
{
	struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
	size_t workers = count_processors();

	if (!compressor)
		return fail_oom(err);
	gzip->packed_size = libdeflate_gzip_compress_bound(compressor, BLOCK);
	libdeflate_free_compressor(compressor);
	for (gzip->slot_count = 0; gzip->slot_count < 2 * workers; gzip->slot_count++) {
		struct slot *slot = &gzip->slots[gzip->slot_count];

		slot->plain = malloc(BLOCK);
		slot->packed = malloc(gzip->packed_size);
		if (!slot->plain || !slot->packed) {
			gzip->slot_count++;
			return fail_oom(err);
		}
	}
	for (; gzip->worker_count < workers; gzip->worker_count++) {
		errno = pthread_create(&gzip->workers[gzip->worker_count], NULL, work, gzip);
		if (errno)
			return fail_sys(err, CONTAINR_E_IO, "cannot start a thread");
	}
	return 0;
}

/* Writes the oldest block, when it is compressed. */
static int write_oldest(struct gzip *gzip, struct blob *blob, struct containr_error *err)
{
	struct slot *slot = &gzip->slots[gzip->written++ % gzip->slot_count];
	int r;

	(void)pthread_mutex_lock(&gzip->mutex);
	while (slot->state != SLOT_DONE)
		(void)pthread_cond_wait(&gzip->changed, &gzip->mutex);
	(void)pthread_mutex_unlock(&gzip->mutex);
	if (slot->packed_len == 0)
		return fail_oom(err);
	r = blob_write(blob, slot->packed, slot->packed_len, err);
	slot->state = SLOT_FREE; /* no worker looks at it before it is full again */
	return r;
}

/* A block is full but the last one, whatever pieces the decoder gives. */
static int fill_slot(struct slot *slot, struct decoder *decoder, gzip_watch *plain, void *data,
		     struct containr_error *err)
{
	slot->plain_len = 0;
	while (slot->plain_len < BLOCK) {
		unsigned char *at = slot->plain + slot->plain_len;
		size_t got;
		int r = decoder_read(decoder, at, BLOCK - slot->plain_len, &got, err);

		if (r == 0 && got > 0)
			r = plain(data, at, got, err);
		if (r < 0 || got == 0)
			return r;
		slot->plain_len += got;
	}
	return 0;
}

int gzip_compress(struct decoder *decoder, struct blob *blob, gzip_watch *plain,
		  gzip_watch *written, void *data, struct containr_error *err)
{
	__attribute__((cleanup(gzip_release))) struct gzip gzip = {
		.mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER
	};
	bool is_last = false;
	int r = start(&gzip, err);

	while (r == 0 && !is_last) {
		struct slot *slot = &gzip.slots[gzip.filled % gzip.slot_count];

		if (gzip.filled - gzip.written == gzip.slot_count) {
			r = write_oldest(&gzip, blob, err);
			if (r == 0)
				r = written(data, NULL, 0, err);
		}
		if (r == 0)
			r = fill_slot(slot, decoder, plain, data, err);
		is_last = r == 0 && slot->plain_len < BLOCK;
		if (r == 0 && (slot->plain_len > 0 || gzip.filled == 0))
			set_state(&gzip, slot, SLOT_FULL);
	}
	while (r == 0 && gzip.written < gzip.filled) {
		r = write_oldest(&gzip, blob, err);
		if (r == 0)
			r = written(data, NULL, 0, err);
	}
	return r;
}
