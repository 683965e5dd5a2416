/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_CREW_H
#define IMAGE_REGISTRY_CREW_H

#include "base/error.h"

#include <pthread.h>
#include <stddef.h>

/*
 * Threads that move the layers of one image. The first error counts; what others then say follows
 * from it.
 */
struct crew {
	pthread_mutex_t mutex; /* also for what the members share besides */
	pthread_cond_t changed;
	size_t running;
	struct containr_error err; /* the first one */
	volatile int is_given_up;  /* there is one */
};

#define CREW_INIT                                                                                  \
	((struct crew) { .mutex = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER })

/** What one member does; it ends with crew_leave(). */
typedef void *crew_function(void *data);

/**
 * Starts a thread for each of the functions and waits for all of them.
 *
 * @tick: called several times a second, and once at the end, with the mutex held; may be NULL
 * Errors: the first that was noted; IO when a thread cannot be started.
 */
int crew_run(struct crew *crew, crew_function *const *functions, size_t count,
	     void (*tick)(void *data), void *data, struct containr_error *err) MUST_CHECK;

void crew_note_error(struct crew *crew, const struct containr_error *err);
void crew_leave(struct crew *crew);

#endif
