/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_LOG_FILE_H
#define MONITOR_LOG_FILE_H

#include <stddef.h>
#include <stdint.h>

/*
 * The log of a container, in the form of Kubernetes' container runtime interface:
 *
 *   2026-11-25T12:00:00.000000000Z stdout F a whole line
 *   2026-11-25T12:00:00.000000000Z stderr P the start of one
 *
 * Bytes stand as they came, so that nothing is lost and writing costs no escaping. Output without a
 * newline is written at once, marked P: a prompt is seen, and a killed monitor loses nothing it
 * read.
 */

/**
 * Appends what was read from one of the container's streams; a disk that is full loses it.
 *
 * @fd:     the log file, open for appending
 * @stream: "stdout" or "stderr"
 *
 * Returns how many bytes the file grew by.
 */
int64_t log_file_append(int fd, const char *stream, const char *bytes, size_t len);

#endif
