/* SPDX-License-Identifier: MIT */
#include "container/health_rules.h"

int64_t health_wait_ns(const struct health_times *times, bool is_starting, int64_t up_ns)
{
	if (is_starting && up_ns < times->start_period_ns)
		return times->start_interval_ns ? times->start_interval_ns
						: HEALTH_START_INTERVAL_NS;
	return times->interval_ns ? times->interval_ns : HEALTH_INTERVAL_NS;
}

void health_count(struct health_tally *tally, int exit_code, int64_t retries,
		  int64_t start_period_ns, int64_t up_ns)
{
	if (exit_code == 0) {
		*tally = (struct health_tally) { .status = HEALTH_HEALTHY };
		return;
	}
	if (tally->status == HEALTH_STARTING && up_ns < start_period_ns)
		return;
	if (tally->streak < UINT32_MAX)
		tally->streak++;
	if (tally->streak >= (retries ? (uint64_t)retries : HEALTH_RETRIES))
		tally->status = HEALTH_UNHEALTHY;
}
