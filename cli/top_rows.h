/* SPDX-License-Identifier: MIT */
#ifndef CLI_TOP_ROWS_H
#define CLI_TOP_ROWS_H

#include <containr/container.h>

#include "cli/table.h"

/* Processes as ps -f prints them: UID PID PPID C STIME TTY TIME CMD. */

#define TOP_TEXT_SIZE 32

/**
 * Appends the cells of one process.
 *
 * @now_ns: since 1970
 */
void top_row(struct table *table, const struct containr_process *process, int64_t now_ns);

/** Writes the name of a terminal, "pts/0", "tty1", "?" for none. proc_pid_stat(5), tty_nr */
void top_terminal(uint32_t device, char ret_text[TOP_TEXT_SIZE]);

/** Writes CPU time, "[DAYS-]HH:MM:SS". */
void top_cpu_time(int64_t ns, char ret_text[TOP_TEXT_SIZE]);

/** Writes when a process started, local time: "12:05", "Nov24" from a day ago, "2025" another year's. */
void top_start_time(int64_t started_ns, int64_t now_ns, char ret_text[TOP_TEXT_SIZE]);

#endif
