/* SPDX-License-Identifier: MIT */
#ifndef MONITOR_LOG_ROTATE_H
#define MONITOR_LOG_ROTATE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A log of bounded size: containers/ID/container.log becomes container.log.1, that one .2, and so
 * on; the oldest is deleted. Nothing is ever truncated or copied, so that whoever reads an open file
 * reads all of it.
 */
struct log_rotate {
	const char *id;	    /* of the container */
	int64_t max_bytes;  /* where a new file begins; 0: never */
	int64_t max_files;  /* with the current one */
	int64_t size_bytes; /* of the current file */
};

/** @max_bytes and @max_files as above. */
void log_rotate_init(struct log_rotate *log, const char *id, int64_t max_bytes, int64_t max_files);

/** Appends to the log at MONITOR_FD_LOG, which is another file afterwards when this one is full. */
void log_rotate_append(struct log_rotate *log, const char *stream, const char *bytes, size_t len);

#endif
