/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_STARTER_H
#define CONTAINER_STARTER_H

#include "container/create.h"
#include "container/handover.h"
#include "container/launch.h"
#include "monitor/monitor.h"

/*
 * Starting in the background takes a process of its own, the starter: a fork of the caller that
 * launches the container, so that it is the parent of the container's first process, tells the
 * caller how it went, and becomes the monitor by execve(2).
 */

struct starter {
	const struct containr *engine;
	struct container *container;
	struct plan plan;
	struct launched launched;
	struct log log; /* its own copy: standard error is about to be the container's */
	int report;	/* to the caller: one struct containr_error; -1: nobody */
	struct handover handover;
	uint64_t pid_start; /* of the first process, as struct state has it */
	int stdio[3];	    /* the container's ends */
	int userns;	    /* made while the container was; -1 for none */
	int health_fd;	    /* health_watch_begin(); -1 without a health check */
	struct containr_error *err;
};

/** Fills in what is there before anything is decided; the plan is the caller's to build and release. */
void starter_init(struct starter *s, struct containr *engine, struct container *container,
		  struct containr_error *err);

/** The place of a descriptor that the monitor will find at a fixed number. */
int *starter_slot(struct starter *s, enum monitor_fd fd);

/**
 * Launches, tells the caller, and becomes the monitor: returns only without a container, and then
 * nothing of one is left.
 */
int starter_run(struct starter *s) MUST_CHECK;

#endif
