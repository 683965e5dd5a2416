/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_HEALTHCHECK_H
#define IMAGE_HEALTHCHECK_H

#include <containr/health.h>

#include "base/error.h"
#include "base/json.h"

/*
 * The member "Healthcheck" of an image's configuration, and of a container's record: Test, Interval,
 * Timeout, StartPeriod, StartInterval (nanoseconds) and Retries, as docker writes it. image-spec
 * reserves the name for that.
 */

void healthcheck_release(struct containr_healthcheck *check);

/** Copies a check; empty without one. */
int healthcheck_copy(const struct containr_healthcheck *check,
		     struct containr_healthcheck *ret_check, struct containr_error *err) MUST_CHECK;

/**
 * Reads the member @key of @parent, whose path is @path; empty where it is absent.
 * Errors: INVALID_CONFIG, OUT_OF_MEMORY.
 */
int healthcheck_read(const struct json *parent, const char *path, const char *key,
		     struct containr_healthcheck *ret_check, struct containr_error *err) MUST_CHECK;

/** Writes it as the member @key; nothing where nothing is set. */
void healthcheck_write(struct json_writer *writer, const char *key,
		       const struct containr_healthcheck *check);

/** Whether there is a command to run. */
bool healthcheck_is_on(const struct containr_healthcheck *check);

/** The shortest time that docker takes where one is given. */
#define HEALTHCHECK_MIN_NS INT64_C(1000000)

/** Refuses what docker refuses. Errors: INVALID_ARGUMENT. */
int healthcheck_validate(const struct containr_healthcheck *check,
			 struct containr_error *err) MUST_CHECK;

#endif
