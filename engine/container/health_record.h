/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_HEALTH_RECORD_H
#define CONTAINER_HEALTH_RECORD_H

#include "base/error.h"
#include "container/exec_group.h"
#include "container/health_rules.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * How healthy a container is: RUNROOT/health/ID, a record in two slots as that of the state
 * (container/state.h), in a file that every start makes anew. Two locks (OFD locks, fcntl(2)) go with
 * it. That of the checker is held by containr-health for as long as it looks after this run: where it
 * is free beside a container that runs, the checker was killed. That of the writer is held by whoever
 * runs a check, so that there is one at a time.
 */

#define HEALTH_FOLDER "health" /* below runroot */
#define HEALTH_LOG_MAX 5       /* results that are kept; docker's number */
#define HEALTH_OUTPUT_MAX 4200 /* bytes of one */

struct health_entry {
	int64_t start_ns; /* since 1970 */
	int64_t end_ns;
	int32_t exit_code;
	uint32_t len;
	char output[HEALTH_OUTPUT_MAX];
};

struct health {
	uint64_t pid_start; /* which run this is about, as in struct state */
	int32_t pid;
	struct health_tally tally;
	uint32_t count;				 /* entries in the log */
	char checking[EXEC_ID_LENGTH + 8];	 /* id of the check that runs; "": none */
	struct health_entry log[HEALTH_LOG_MAX]; /* the oldest first */
};

/** Name of a status, as docker has it: "starting", "healthy", "unhealthy". */
const char *health_status_name(uint32_t status);

/**
 * Makes the record of a new run, in the place of that of the one before.
 *
 * @ret_fd: holds the lock of the checker
 */
int health_record_create(const struct containr *engine, const char *id, const struct health *health,
			 int *ret_fd, struct containr_error *err) MUST_CHECK;

/** Opens it for reading and writing. Errors: IO with ENOENT. */
int health_record_open(const struct containr *engine, const char *id, int *ret_fd,
		       struct containr_error *err) MUST_CHECK;

/** Errors: INVALID_STATE when no slot is whole. */
int health_read(int fd, struct health *ret_health, struct containr_error *err) MUST_CHECK;

/**
 * Reads what stands in a slot; false unless it is well-formed. A checksum that fits does not say who
 * wrote it.
 */
bool health_unpack(const char *body, size_t len, struct health *ret_health);

/** The caller holds the lock of the writer. */
int health_write(int fd, const struct health *health, struct containr_error *err) MUST_CHECK;

/** Adds an entry; the oldest makes room. */
void health_log(struct health *health, const struct health_entry *entry);

enum health_lock { HEALTH_LOCK_CHECKER, HEALTH_LOCK_WRITER };

/**
 * Takes a lock for as long as the descriptor, or a copy of it, is open.
 * Returns false when somebody has it and @wait is false.
 */
bool health_lock(int fd, enum health_lock lock, bool wait);

/** Gives a lock back while the descriptor stays open. */
void health_unlock(int fd, enum health_lock lock);

/** Whether somebody else holds a lock. */
bool health_is_locked(int fd, enum health_lock lock);

#endif
