/* SPDX-License-Identifier: MIT */
#include "container/log_files.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A kill in the middle of a rotation leaves one number out. */
#define GAP_MAX 2

void log_files_close(struct log_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		cleanup_close(&files->fds[i]);
	files->count = 0;
}

static bool is_same_file(int a, int b)
{
	struct stat left;
	struct stat right;

	return fstat(a, &left) == 0 && fstat(b, &right) == 0 && left.st_ino == right.st_ino &&
	       left.st_dev == right.st_dev;
}

bool log_files_is_old(int dir, int fd)
{
	struct stat mine;
	struct stat newest;

	return fstat(fd, &mine) == 0 && fstatat(dir, LOG_FILE, &newest, 0) == 0 &&
	       mine.st_ino != newest.st_ino;
}

/* Opens the file of one age; -1 with errno 0 where there is none. */
static int open_age(int dir, size_t age)
{
	char name[32] = LOG_FILE;
	int fd;

	if (age > 0)
		(void)snprintf(name, sizeof(name), LOG_FILE ".%zu", age);
	fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		errno = 0;
	return fd;
}

/* From the newest to the oldest; one that moved on under our eyes is met a second time. */
static int open_all(int dir, struct log_files *files, struct containr_error *err)
{
	for (size_t age = 0, gap = 0; age < LOG_FILES_MAX && gap < GAP_MAX; age++) {
		int fd = open_age(dir, age);

		if (fd < 0 && errno)
			return fail_sys(err, CONTAINR_E_IO, "cannot open the container's log");
		if (fd < 0) {
			gap++;
			continue;
		}
		gap = 0;
		if (files->count && is_same_file(fd, files->fds[files->count - 1]))
			(void)close(fd);
		else
			files->fds[files->count++] = fd;
	}
	return 0;
}

int log_files_open(int dir, struct log_files *ret_files, struct containr_error *err)
{
	struct log_files files = { 0 };

	for (;;) {
		int r = open_all(dir, &files, err);

		if (r < 0) {
			log_files_close(&files);
			return r;
		}
		/* a rotation that ended meanwhile may have hidden a file from us */
		if (files.count == 0 || !log_files_is_old(dir, files.fds[0]))
			break;
		log_files_close(&files);
	}
	for (size_t i = 0; i < files.count; i++)
		ret_files->fds[files.count - 1 - i] = files.fds[i];
	ret_files->count = files.count;
	return 0;
}

int log_files_next(int dir, int fd, int *ret_fd, struct containr_error *err)
{
	autologfiles files = { 0 };
	size_t next = 0;
	int r = log_files_open(dir, &files, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < files.count; i++)
		if (is_same_file(fd, files.fds[i]))
			next = i + 1;
	*ret_fd = next < files.count ? steal_fd(&files.fds[next]) : -1;
	return 0;
}
