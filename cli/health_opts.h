/* SPDX-License-Identifier: MIT */
#ifndef CLI_HEALTH_OPTS_H
#define CLI_HEALTH_OPTS_H

#include <containr/health.h>

#include "base/error.h"

/* What `run` and `create` are told about health checks. */
struct health_args {
	const char *cmd;
	int64_t interval_ns;
	int64_t timeout_ns;
	int64_t start_period_ns;
	int64_t start_interval_ns;
	int64_t retries;
	bool none;
};

/**
 * Fills in what the engine gets.
 *
 * @test: room for the test, borrowed by @check
 * Errors: INVALID_ARGUMENT where --no-healthcheck and another one contradict each other.
 */
int health_args_fill(const struct health_args *args, const char *test[3],
		     struct containr_healthcheck *check, struct containr_error *err) MUST_CHECK;

#endif
