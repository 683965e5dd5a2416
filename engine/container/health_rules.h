/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_HEALTH_RULES_H
#define CONTAINER_HEALTH_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* When a health check is due and what its result means, as docker has it: pure decisions. */

#define HEALTH_INTERVAL_NS INT64_C(30000000000)
#define HEALTH_TIMEOUT_NS INT64_C(30000000000)
#define HEALTH_START_INTERVAL_NS INT64_C(5000000000)
#define HEALTH_RETRIES 3

enum health_status { HEALTH_STARTING = 1, HEALTH_HEALTHY, HEALTH_UNHEALTHY };

/* Where a container is in its life. */
struct health_tally {
	uint32_t status; /* enum health_status */
	uint32_t streak; /* failures in a row */
};

struct health_times {
	int64_t interval_ns; /* 0 in all of them but start_period_ns: docker's default */
	int64_t start_period_ns;
	int64_t start_interval_ns;
};

/**
 * Returns how long to wait for the next check, from the end of the one before, or from the start.
 *
 * @is_starting: no check has passed yet
 * @up_ns:       how long the container has run
 */
int64_t health_wait_ns(const struct health_times *times, bool is_starting, int64_t up_ns);

/**
 * Counts a result.
 *
 * @exit_code: 0: it passed
 * @retries:   0: docker's default
 * @up_ns:     how long the container had run when the check began
 */
void health_count(struct health_tally *tally, int exit_code, int64_t retries,
		  int64_t start_period_ns, int64_t up_ns);

#endif
