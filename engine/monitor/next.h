/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_NEXT_H
#define MONITOR_NEXT_H

/* What follows a container's end. Each takes the monitor's own arguments (monitor/monitor.h). */

/**
 * Takes a container that was run with --rm out of everybody's sight before the client hears of the
 * exit: its name is free by then. What is left of it is deleted afterwards.
 */
void next_hide(char *const *argv);

/**
 * Becomes containr-cleanup; returns only where that fails. Nobody starts the container while its
 * cgroup is removed: the lock goes along.
 */
void next_become_cleanup(char *const *argv);

/** Becomes containr-keeper, which runs the container again; returns only where that fails. */
void next_become_keeper(char *const *argv);

#endif
