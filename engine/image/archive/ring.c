/* SPDX-License-Identifier: MIT */
#include "image/archive/ring.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

int ring_init(struct ring *ring, struct containr_error *err)
{
	memset(ring, 0, sizeof(*ring));
	ring->memory = malloc((size_t)RING_SLOTS * RING_SLOT_SIZE);
	if (!ring->memory)
		return fail_oom(err);
	(void)pthread_mutex_init(&ring->mutex, NULL);
	(void)pthread_cond_init(&ring->changed, NULL);
	return 0;
}

void ring_release(struct ring *ring)
{
	if (!ring->memory)
		return;
	(void)pthread_mutex_destroy(&ring->mutex);
	(void)pthread_cond_destroy(&ring->changed);
	free(ring->memory);
	ring->memory = NULL;
}

static unsigned char *slot(const struct ring *ring, size_t number)
{
	return ring->memory + number % RING_SLOTS * RING_SLOT_SIZE;
}

unsigned char *ring_claim(struct ring *ring)
{
	unsigned char *claimed = NULL;

	(void)pthread_mutex_lock(&ring->mutex);
	while (!ring->closed && ring->written - ring->read == RING_SLOTS)
		(void)pthread_cond_wait(&ring->changed, &ring->mutex);
	if (!ring->closed)
		claimed = slot(ring, ring->written);
	(void)pthread_mutex_unlock(&ring->mutex);
	return claimed;
}

void ring_publish(struct ring *ring, size_t len)
{
	assert(len > 0 && len <= RING_SLOT_SIZE);
	(void)pthread_mutex_lock(&ring->mutex);
	ring->lens[ring->written % RING_SLOTS] = len;
	ring->written++;
	(void)pthread_cond_signal(&ring->changed);
	(void)pthread_mutex_unlock(&ring->mutex);
}

bool ring_end(struct ring *ring, bool is_broken)
{
	bool was_closed;

	(void)pthread_mutex_lock(&ring->mutex);
	was_closed = ring->closed;
	ring->ended = true;
	ring->broken = is_broken;
	(void)pthread_cond_signal(&ring->changed);
	(void)pthread_mutex_unlock(&ring->mutex);
	return was_closed;
}

ssize_t ring_next(struct ring *ring, const unsigned char **ret_bytes)
{
	ssize_t len;

	(void)pthread_mutex_lock(&ring->mutex);
	if (ring->holds) {
		ring->read++;
		ring->holds = false;
		(void)pthread_cond_signal(&ring->changed);
	}
	while (ring->written == ring->read && !ring->ended)
		(void)pthread_cond_wait(&ring->changed, &ring->mutex);
	if (ring->broken) {
		len = -1;
	} else if (ring->written == ring->read) {
		len = 0;
	} else {
		ring->holds = true;
		*ret_bytes = slot(ring, ring->read);
		len = (ssize_t)ring->lens[ring->read % RING_SLOTS];
	}
	(void)pthread_mutex_unlock(&ring->mutex);
	return len;
}

void ring_close(struct ring *ring)
{
	(void)pthread_mutex_lock(&ring->mutex);
	ring->closed = true;
	(void)pthread_cond_signal(&ring->changed);
	(void)pthread_mutex_unlock(&ring->mutex);
}
