/* SPDX-License-Identifier: MIT */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/error.h"

#include <stdbool.h>

/*
 * The engine tells what it does, step by step, to a descriptor that its user gives; without one it
 * is silent. A line is one write(2) without the heap, so that the child between clone and execve
 * may log too.
 */

enum log_level { LOG_OFF, LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

struct log {
	int fd; /* borrowed */
	enum log_level level;
	bool json; /* one JSON object a line instead of text */
};

#define LOG_NONE ((struct log) { .fd = -1 })

/** Reads "debug", "info", "warn", "error" or "off". Errors: INVALID_ARGUMENT. */
int log_level_parse(const char *text, enum log_level *ret_level,
		    struct containr_error *err) MUST_CHECK;

void log_write(const struct log *log, enum log_level level, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define log_debug(log, ...)                                                                        \
	do {                                                                                       \
		if ((log)->level >= LOG_DEBUG)                                                     \
			log_write((log), LOG_DEBUG, __VA_ARGS__);                                  \
	} while (0)
#define log_warn(log, ...)                                                                         \
	do {                                                                                       \
		if ((log)->level >= LOG_WARN)                                                      \
			log_write((log), LOG_WARN, __VA_ARGS__);                                   \
	} while (0)

#endif
