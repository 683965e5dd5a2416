/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_PROC_STAT_H
#define KERNEL_PROC_STAT_H

#include <stdint.h>
#include <sys/types.h>

/* What /proc/PID/stat tells of a process, proc_pid_stat(5). Times are in clock ticks. */
struct proc_stat {
	char state; /* 'R', 'S', 'Z' ... */
	pid_t parent;
	pid_t session;
	uint32_t terminal; /* device number; 0: none */
	uint64_t user_ticks;
	uint64_t system_ticks;
	uint64_t start_ticks; /* since boot */
};

/**
 * Parses the file's text. Its second field is the program's name in parentheses and may hold
 * anything, further parentheses included.
 *
 * Returns 0, or -1 with errno EPROTO.
 */
int proc_stat_parse(const char *text, struct proc_stat *ret_stat);

/** Reads that of a process; async-signal-safe. Returns 0, or -1 with errno. */
int proc_stat_read(pid_t pid, struct proc_stat *ret_stat);

#endif
