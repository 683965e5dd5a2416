/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_MONITOR_H
#define MONITOR_MONITOR_H

#include <stdint.h>

/*
 * The contract between the process that starts a container and containr-monitor, which that process
 * becomes by execve(2): so the monitor is the parent of the container's first process, and its
 * memory is its own only. In place of a monitor that was killed, a command starts another one
 * (container/adopt.h), which is told by MONITOR_ADOPTED.
 *
 *   containr-monitor ID NAME PID ATTRIBUTES FLAGS CLEANUP ROOT RUNROOT LOG_BYTES LOG_FILES
 *                    RESTARTS KEEPER
 *
 * ATTRIBUTES are those of the container's events; FLAGS is a number of MONITOR_* bits. CLEANUP is
 * the program that the monitor in its turn becomes when the container has ended:
 *
 *   containr-cleanup ROOT RUNROOT ID
 *
 * or, where the container is to run again, KEEPER, which starts it and so becomes a monitor:
 *
 *   containr-keeper restart ROOT RUNROOT ID
 *
 * Descriptors stand at fixed numbers; one that is not open is not there.
 */

enum monitor_arg {
	MONITOR_ARG_PROGRAM,
	MONITOR_ARG_ID,
	MONITOR_ARG_NAME,
	MONITOR_ARG_PID,
	MONITOR_ARG_ATTRIBUTES,
	MONITOR_ARG_FLAGS,
	MONITOR_ARG_CLEANUP,
	MONITOR_ARG_ROOT,
	MONITOR_ARG_RUNROOT,
	MONITOR_ARG_LOG_BYTES, /* size at which a new log file begins; 0: never */
	MONITOR_ARG_LOG_FILES, /* how many are kept */
	MONITOR_ARG_RESTARTS,  /* how many at most after failures; 0: without end */
	MONITOR_ARG_KEEPER,
	MONITOR_ARG_COUNT
};

enum monitor_fd {
	/* far up, so that moving a descriptor there never closes one that is still to be moved */
	MONITOR_FD_ROOT = 64, /* the engine's root folder */
	MONITOR_FD_STATE,     /* the container's state record, with its lock */
	MONITOR_FD_PIDFD,     /* of the first process */
	MONITOR_FD_MOUNT_NS,  /* held until the exit is told */
	MONITOR_FD_INPUT,     /* to the container's standard input, or its terminal */
	MONITOR_FD_OUTPUT,    /* from its standard output; with a terminal a copy of INPUT */
	MONITOR_FD_ERRORS,    /* from its standard error */
	MONITOR_FD_LOG,	      /* log file, open for appending */
	MONITOR_FD_CLIENT,    /* the connection of `run` or `start --attach` */
	MONITOR_FD_LISTENER,  /* where further clients connect */
	MONITOR_FD_OOM_COUNT, /* memory.events or memory.oom_control */
	MONITOR_FD_OOM_EVENT, /* v1: the eventfd that tells of an OOM kill */
	MONITOR_FD_END
};

#define MONITOR_FD_COUNT (MONITOR_FD_END - MONITOR_FD_ROOT)

enum {
	MONITOR_AUTO_REMOVE = 1 << 0,
	MONITOR_TTY = 1 << 1,
	MONITOR_RESTART_ALWAYS = 1 << 2,
	MONITOR_RESTART_ON_FAILURE = 1 << 3,
	MONITOR_ADOPTED = 1 << 4, /* in place of one that was killed: not the container's parent */
};

/*
 * Messages on a client's connection, of type SOCK_SEQPACKET: a type and its payload. Later clients
 * connect to the socket RUNROOT/monitors/ID and say first what they want.
 */
enum monitor_message {
	MONITOR_MSG_OUTPUT = 'o', /* to the client: bytes of standard output */
	MONITOR_MSG_ERRORS = 'e', /* to the client: bytes of standard error */
	MONITOR_MSG_EXIT = 'x',	  /* to the client: int32_t exit code; the last one */
	MONITOR_MSG_INPUT = 'i',  /* from the client: bytes of standard input */
	MONITOR_MSG_INPUT_END = 'q',
	MONITOR_MSG_RESIZE = 'w', /* from the client: struct monitor_size */
	MONITOR_MSG_LOST = 'l', /* to a later client: int64_t bytes that it did not read in time */
	MONITOR_MSG_KEEP = 'k', /* from a command: no removal after this run */
	MONITOR_MSG_STOP = 's', /* from a command: no restart from now on */
	MONITOR_MSG_PAUSED = 'p', /* from a command that froze the container */
	MONITOR_MSG_RESUMED =
		'r', /* from one that thawed it; each of the four is echoed when done */
	MONITOR_MSG_ATTACH = 'a', /* from a later client: it wants the output from now on */
	/* to the first client, from the starter: struct monitor_held. With it go the pidfd of the
	 * first process and, where there is one, the way to its input: so neither its end nor its
	 * terminal is lost with a monitor that is killed */
	MONITOR_MSG_HELD = 'h',
	/* from the first client, to a monitor in place of one that was killed: it is to be that again;
	 * with the way to the input, if the monitor before gave it one */
	MONITOR_MSG_AGAIN = 'c',
};

struct monitor_held {
	uint64_t pid_start; /* as struct state has them */
	int32_t pid;
};

struct monitor_size {
	uint16_t rows;
	uint16_t columns;
};

#define MONITOR_PAYLOAD_MAX 4096
#define MONITOR_ATTRIBUTES_FILE "attributes" /* in the container's folder, after a rename */
#define MONITOR_RESTART_FILE "restart"	     /* there, after an update: "FLAGS RESTARTS" */
#define MONITOR_FOLDER "monitors"	     /* below the engine's runroot */

#endif
