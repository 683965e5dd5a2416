/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_STATE_H
#define CONTAINER_STATE_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * What a container is doing now: one small record in its folder, in a file with two slots. A writer
 * puts the whole record into the slot that is not current, with a sequence number and a checksum;
 * a reader takes the newer slot that is whole. So no reader waits, a kill at any moment leaves one
 * good slot, and writing needs no new disk block, even on a full disk.
 *
 * The writer is the process that holds the file's write lock (an OFD lock, fcntl(2)): the one that
 * creates, starts, monitors or removes the container. It passes the lock on by passing on the
 * descriptor. A free lock beside a record that says "running" means that the monitor was killed.
 */

enum state_status {
	STATE_CREATED = 1, /* never started */
	STATE_RUNNING,
	STATE_EXITED,
	STATE_RESTARTING, /* ended; its monitor waits, or starts it again */
};

struct state {
	uint32_t status;     /* enum state_status */
	int32_t exit_code;   /* as the shell has it: 128+N for a signal; of the last run */
	uint32_t oom_killed; /* 1: the kernel killed a process of the last run for memory */
	int32_t pid;	     /* first process, in the host's pid namespace; 0 when none runs */
	uint64_t pid_start;  /* its start time, clock ticks since boot */
	uint32_t exit_known; /* 0: nobody was left to see the exit code */
	int64_t created_ns;
	int64_t started_ns;
	int64_t finished_ns;
	char boot_id[40];
	uint32_t paused;	/* 1: its cgroup is frozen */
	uint32_t stopped;	/* 1: somebody asked for the end, which no restart policy undoes */
	uint32_t restart_count; /* since it was started by a command */
	uint32_t restart_delay_ms; /* before the last restart; 0 before the first */
	/* its output, by held_pipe_number(), for a monitor in place of one that was killed; 0: none */
	uint64_t output_pipe;
	uint64_t errors_pipe;
};

#define STATE_FILE "state"

/** Name of a status, as docker has it: "created", "running", "exited", "restarting". */
const char *state_status_name(uint32_t status);

/** Whether a container is somebody's to look after: it runs, or is to run again. */
static inline bool state_is_up(const struct state *state)
{
	return state->status == STATE_RUNNING || state->status == STATE_RESTARTING;
}

/** Creates the file in a container's folder with its first record; the descriptor holds the lock.
 */
int state_create(int dir, const struct state *state, int *ret_fd,
		 struct containr_error *err) MUST_CHECK;

/** Opens the file for reading and writing. */
int state_open(int dir, int *ret_fd, struct containr_error *err) MUST_CHECK;

/** Reads the current record. Errors: INVALID_STATE when no slot is whole. */
int state_read(int fd, struct state *ret_state, struct containr_error *err) MUST_CHECK;

/** Writes a new current record; async-signal-safe. The caller holds the lock. */
int state_write(int fd, const struct state *state, struct containr_error *err) MUST_CHECK;

/**
 * Takes the lock for as long as the descriptor, or a copy of it, is open.
 * Errors: LOCKED when somebody has it and @wait is false.
 */
int state_lock(int fd, bool wait, struct containr_error *err) MUST_CHECK;

/** Gives the lock back while the descriptor stays open. */
void state_unlock(int fd);

/** Whether somebody else holds the lock: a monitor, or a command that is at work. */
bool state_is_locked(int fd);

/** Fills in what names this boot of the host. */
int state_boot_id(char ret_id[40], struct containr_error *err) MUST_CHECK;

#endif
