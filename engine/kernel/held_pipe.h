/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_HELD_PIPE_H
#define KERNEL_HELD_PIPE_H

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

/*
 * A pipe that needs no reader: its writers hold their end open for reading too, so that the pipe has
 * a reader as long as it has a writer. Whoever read from it may be killed: what is written later
 * waits in the pipe (64 kB of it, then the writer waits) for the next reader, who finds the pipe at
 * one of its writers.
 */

/**
 * Creates such a pipe.
 *
 * @ret_read:  the reader's end; it comes to its end as that of any pipe does
 * @ret_write: the writers' end, open for reading and writing
 * Errors: PROCESS_SETUP.
 */
int held_pipe_create(int *ret_read, int *ret_write, struct containr_error *err) MUST_CHECK;

/** Number of a pipe, by which it is found again; 0 for none. */
uint64_t held_pipe_number(int fd);

/**
 * Opens a new reader's end of a pipe that a process holds, or another one of its pid namespace.
 *
 * @number: of held_pipe_number(); what the process put in the place of the pipe is not opened
 *
 * Returns the descriptor, -1 where nobody holds the pipe any more.
 */
int held_pipe_reopen(pid_t pid, uint64_t number);

#endif
