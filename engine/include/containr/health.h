/* SPDX-License-Identifier: MIT */
#ifndef CONTAINR_HEALTH_H
#define CONTAINR_HEALTH_H

#include <containr/containr.h>

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * A health check, as docker has it: a command that is run in a container again and again. It passes
 * with exit code 0. A container is "starting" until a check passes, then "healthy", and "unhealthy"
 * after `retries` failures in a row; failures in the start period do not count until one has passed.
 */
struct containr_healthcheck {
	/* NULL-terminated: "CMD" and a command with its arguments, "CMD-SHELL" and a line for /bin/sh,
	 * or "NONE"; NULL: not given */
	char **test;
	int64_t interval_ns;	   /* from the end of one check to the next; 0: not given, 30 s */
	int64_t timeout_ns;	   /* then a check is killed, and has failed; 0: 30 s */
	int64_t start_period_ns;   /* 0: none */
	int64_t start_interval_ns; /* the interval in the start period; 0: 5 s */
	int64_t retries;	   /* 0: 3 */
};

struct containr_health_result {
	char status[16];  /* of the container afterwards: "starting", "healthy", "unhealthy" */
	bool is_recorded; /* false: the container ended meanwhile, and the result says nothing */
	int exit_code;	  /* of the check; -1 when it could not be run, or took too long */
	int64_t start_ns; /* since 1970 */
	int64_t end_ns;
};

/**
 * Runs the health check of a running container now, and records the result as one of the usual ones.
 * Waits for a check that is running already.
 *
 * Errors: CONTAINER_NOT_FOUND, CONTAINER_NOT_RUNNING, CONTAINER_PAUSED; INVALID_ARGUMENT when the
 *         container has no health check. A check that fails is no error.
 */
int containr_health_check(struct containr *engine, const char *container,
			  struct containr_health_result *ret_result, struct containr_error *err);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
