/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_HEALTH_WATCH_H
#define CONTAINER_HEALTH_WATCH_H

#include "container/health_record.h"
#include "container/helpers.h"
#include "container/live.h"
#include "container/record.h"

/*
 * Who looks after the health of a container that has a check: containr-health (monitor/health.h), which
 * every start begins, and which whoever looks at the container starts again where it is gone. What it
 * knew is worth nothing then: the container is "starting" until a check says otherwise, as docker has
 * it after a restart of its daemon. A container without a check has none of this.
 */

/**
 * Makes the record of a run that is about to be noted as running; the log of the run before is kept.
 *
 * @pid:    first process of the container
 * @ret_fd: holds the lock of the checker, for health_watch_launch()
 */
int health_watch_begin(const struct containr *engine, const char *id, pid_t pid, int *ret_fd,
		       struct containr_error *err) MUST_CHECK;

/* A checker that is to be started. */
struct health_watch {
	const struct containr *engine;
	const char *id;
	const struct helpers *helpers;
	const struct containr_healthcheck *check;
	int pidfd;     /* of the container's first process; borrowed, as the next one */
	int record_fd; /* of health_watch_begin() */
	int64_t up_ns; /* how long the container has run */
	bool at_once;  /* check at once, not after an interval */
};

/** Starts the checker as a process of nobody's. One that cannot be started will be by the next who looks. */
void health_watch_launch(const struct health_watch *watch);

/**
 * How healthy a container is, its checker started again where that is gone; a container that does not
 * run is unhealthy, as docker has it.
 *
 * Returns false for one without check, or that has never run.
 */
bool health_look(const struct containr *engine, const struct live *live,
		 const struct record *record, struct health *ret_health);

/** Starts the checker where it is gone, as health_look() does. */
void health_watch_revive(const struct containr *engine, const struct live *live,
			 const struct record *record);

/** Whether @health is about the run that @state tells of. */
bool health_is_of_run(const struct health *health, const struct state *state);

#endif
