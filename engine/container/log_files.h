/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_LOG_FILES_H
#define CONTAINER_LOG_FILES_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* The files of a container's log, which monitor/log_rotate.h makes. */

#define LOG_FILE "container.log"
#define LOG_FILES_MAX 100

struct log_files {
	int fds[LOG_FILES_MAX]; /* oldest first */
	size_t count;		/* 0: it never ran */
};

#define autologfiles __attribute__((cleanup(log_files_close))) struct log_files

void log_files_close(struct log_files *files);

/**
 * Opens all files of one moment, whatever the monitor does meanwhile: none is missing and none is
 * there twice.
 *
 * @dir: the container's folder
 */
int log_files_open(int dir, struct log_files *ret_files, struct containr_error *err) MUST_CHECK;

/** Whether @fd is no longer the newest file. */
bool log_files_is_old(int dir, int fd);

/**
 * Opens the file that follows @fd; the oldest one where @fd itself is deleted by now. *ret_fd is -1
 * when there is none yet.
 */
int log_files_next(int dir, int fd, int *ret_fd, struct containr_error *err) MUST_CHECK;

#endif
