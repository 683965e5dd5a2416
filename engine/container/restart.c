/* SPDX-License-Identifier: MIT */
#include "container/restart.h"

#include "monitor/monitor.h"

#define FIRST_MS 100
#define LONGEST_MS 60000
#define SETTLED_NS (10 * INT64_C(1000000000))

bool restart_is_wanted(unsigned int flags, int64_t max, int64_t count, int exit_code)
{
	if (flags & MONITOR_RESTART_ALWAYS)
		return true;
	return flags & MONITOR_RESTART_ON_FAILURE && exit_code != 0 && (max == 0 || count < max);
}

uint32_t restart_delay_ms(uint32_t before_ms, int64_t up_ns)
{
	if (before_ms == 0 || up_ns >= SETTLED_NS)
		return FIRST_MS;
	return before_ms >= LONGEST_MS / 2 ? LONGEST_MS : before_ms * 2;
}
