/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_LIVE_H
#define CONTAINER_LIVE_H

#include "container/record.h"
#include "container/state.h"
#include "monitor/monitor.h"

/*
 * What is true of a container now. Where a killed monitor or a reboot left its record wrong that is
 * put right, and what has to go on gets a new monitor (container/adopt.h).
 */
struct live {
	char id[65];
	int dir; /* -1 after live_peek(), unless it had to be put right */
	int state_fd;
	struct state state;
	bool monitor_lost; /* it runs without a monitor, and none could be started */
	bool is_removed; /* it was one with --rm, and has ended: whoever looks next does not see it */
};

/* Below the engine's runroot: a pin of kernel/exit_pin.h for each container that runs detached. */
#define EXITS_FOLDER "exits"
#define EXITS_PATH_SIZE 96

/** Writes where the pin of a container is, taken from runroot. */
void live_exit_path(const char *id, char ret_path[EXITS_PATH_SIZE]);

#define LIVE_INIT ((struct live) { .dir = -1, .state_fd = -1 })
#define autolive __attribute__((cleanup(live_release))) struct live

void live_release(struct live *live);

/** Finds a container and how it is. Errors: CONTAINER_NOT_FOUND, INVALID_STATE. */
int live_find(struct containr *engine, const char *container, struct live *ret_live,
	      struct containr_error *err) MUST_CHECK;

/** The same for a container whose folder is open already; takes @dir over, also on failure. */
int live_of_dir(struct containr *engine, const char *id, int dir, struct live *ret_live,
		struct containr_error *err) MUST_CHECK;

/** The same for a list: @containers is the folder of all containers, @id one in it. */
int live_peek(struct containr *engine, int containers, const char *id, struct live *ret_live,
	      struct containr_error *err) MUST_CHECK;

/**
 * Writes down the end of a run that the caller saw, where its monitor was killed; else does nothing.
 *
 * @run: the run, by its first process
 * Errors: CONTAINER_NOT_FOUND, INVALID_STATE.
 */
int live_note_end(struct containr *engine, const char *container, const struct monitor_held *run,
		  int exit_code, struct containr_error *err) MUST_CHECK;

/**
 * Takes the lock of a container that does not run. Waits for whoever makes it or cleans up after
 * it, but not for the end of one that is started meanwhile: its starter passes the lock on to the
 * monitor.
 * Errors: CONTAINER_RUNNING, then live->state says so too; LOCKED after ten seconds.
 */
int live_lock(struct live *live, const char *container, struct containr_error *err) MUST_CHECK;

/**
 * Opens the first process of a running container.
 * Errors: CONTAINER_NOT_RUNNING.
 */
int live_open_process(const struct live *live, const char *container, int *ret_pidfd,
		      struct containr_error *err) MUST_CHECK;

#endif
