/* SPDX-License-Identifier: MIT */
#include "monitor/log_rotate.h"

#include "base/fixed.h"
#include "monitor/log_file.h"
#include "monitor/monitor.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 128

void log_rotate_init(struct log_rotate *log, const char *id, int64_t max_bytes, int64_t max_files)
{
	struct stat info;

	*log = (struct log_rotate) { .id = id, .max_bytes = max_bytes, .max_files = max_files };
	/* of an earlier run */
	if (max_bytes > 0 && fstat(MONITOR_FD_LOG, &info) == 0)
		log->size_bytes = info.st_size;
}

/* The path of the file that is @age rotations old. */
static const char *path_of(const struct log_rotate *log, int64_t age, char out[PATH_SIZE])
{
	struct fixed path = { .data = out, .size = PATH_SIZE };

	fixed_put(&path, "containers/");
	fixed_put(&path, log->id);
	fixed_put(&path, "/container.log");
	if (age > 0) {
		fixed_put(&path, ".");
		fixed_put_int(&path, age);
	}
	return out;
}

/* From the oldest on: a kill between two steps leaves a gap in the numbers, never a file lost. */
static void rotate(struct log_rotate *log)
{
	char from[PATH_SIZE];
	char to[PATH_SIZE];
	int fd;

	if (log->max_files <= 1)
		(void)unlinkat(MONITOR_FD_ROOT, path_of(log, 0, from), 0);
	for (int64_t age = log->max_files - 1; age > 0; age--)
		(void)renameat(MONITOR_FD_ROOT, path_of(log, age - 1, from), MONITOR_FD_ROOT,
			       path_of(log, age, to));
	fd = openat(MONITOR_FD_ROOT, path_of(log, 0, from),
		    O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (fd < 0)
		return; /* the old file has no name but grows on: better than losing output */
	(void)dup3(fd, MONITOR_FD_LOG, O_CLOEXEC);
	(void)close(fd);
	log->size_bytes = 0;
}

void log_rotate_append(struct log_rotate *log, const char *stream, const char *bytes, size_t len)
{
	if (log->max_bytes > 0 && log->size_bytes >= log->max_bytes)
		rotate(log);
	log->size_bytes += log_file_append(MONITOR_FD_LOG, stream, bytes, len);
}
