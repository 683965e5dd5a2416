/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_RESTART_H
#define CONTAINER_RESTART_H

#include <stdbool.h>
#include <stdint.h>

/* When a container that ended is started again: pure decisions. */

/**
 * @flags: MONITOR_RESTART_* of monitor.h
 * @max:   how often, with MONITOR_RESTART_ON_FAILURE; 0: without end
 * @count: restarts so far
 */
bool restart_is_wanted(unsigned int flags, int64_t max, int64_t count, int exit_code);

/**
 * Returns how long to wait: 100 ms, doubled each time up to a minute, and from the start again once
 * the container was up for ten seconds.
 *
 * @before_ms: what the last wait was; 0: there was none
 * @up_ns:     how long it ran
 */
uint32_t restart_delay_ms(uint32_t before_ms, int64_t up_ns);

#endif
