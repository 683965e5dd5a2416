/* SPDX-License-Identifier: MIT */
#include "image/registry/crew.h"

#include <errno.h>
#include <time.h>

#define TICK_MS 100
#define MEMBERS_MAX 16

void crew_note_error(struct crew *crew, const struct containr_error *err)
{
	(void)pthread_mutex_lock(&crew->mutex);
	if (crew->err.code == CONTAINR_E_OK)
		crew->err = *err;
	crew->is_given_up = 1;
	(void)pthread_mutex_unlock(&crew->mutex);
}

void crew_leave(struct crew *crew)
{
	(void)pthread_mutex_lock(&crew->mutex);
	crew->running--;
	(void)pthread_cond_broadcast(&crew->changed);
	(void)pthread_mutex_unlock(&crew->mutex);
}

static void wait_for_members(struct crew *crew, void (*tick)(void *data), void *data)
{
	(void)pthread_mutex_lock(&crew->mutex);
	while (crew->running > 0) {
		struct timespec until;

		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_nsec += TICK_MS * 1000000L;
		if (until.tv_nsec >= 1000000000L) {
			until.tv_sec++;
			until.tv_nsec -= 1000000000L;
		}
		(void)pthread_cond_timedwait(&crew->changed, &crew->mutex, &until);
		if (tick)
			tick(data);
	}
	(void)pthread_mutex_unlock(&crew->mutex);
}

int crew_run(struct crew *crew, crew_function *const *functions, size_t count,
	     void (*tick)(void *data), void *data, struct containr_error *err)
{
	pthread_t threads[MEMBERS_MAX];
	size_t started = 0;

	for (; started < count && started < MEMBERS_MAX; started++) {
		(void)pthread_mutex_lock(&crew->mutex);
		crew->running++;
		(void)pthread_mutex_unlock(&crew->mutex);
		errno = pthread_create(&threads[started], NULL, functions[started], data);
		if (errno) {
			(void)fail_sys(err, CONTAINR_E_IO, "cannot start a thread");
			crew_note_error(crew, err);
			crew_leave(crew);
			break;
		}
	}
	wait_for_members(crew, tick, data);
	for (size_t i = 0; i < started; i++)
		(void)pthread_join(threads[i], NULL);
	if (crew->err.code == CONTAINR_E_OK)
		return 0;
	*err = crew->err;
	return -err->code;
}
