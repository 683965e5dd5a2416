/* SPDX-License-Identifier: MIT */
#include "kernel/held_pipe.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NUMBERS 256 /* of descriptors; the standard streams come first */

enum { READ_END, WRITE_END };

static int open_again(int fd, int flags)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, flags | O_CLOEXEC);
}

int held_pipe_create(int *ret_read, int *ret_write, struct containr_error *err)
{
	int ends[2];
	int both;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot create a pipe");
	both = open_again(ends[WRITE_END], O_RDWR);
	if (both < 0) {
		(void)fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot open a pipe again");
		(void)close(ends[READ_END]);
		(void)close(ends[WRITE_END]);
		return -err->code;
	}
	(void)close(ends[WRITE_END]);
	*ret_read = ends[READ_END];
	*ret_write = both;
	return 0;
}

uint64_t held_pipe_number(int fd)
{
	struct stat info;

	return fd >= 0 && fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode) ? info.st_ino : 0;
}

/* Named pipes have numbers of their own; those of pipe(2) are all on one file system. */
static bool is_pipe(int fd, const struct stat *pipe)
{
	struct stat info;

	return fstat(fd, &info) == 0 && S_ISFIFO(info.st_mode) && info.st_dev == pipe->st_dev &&
	       info.st_ino == pipe->st_ino;
}

/* Looks before it opens: opening what stands there instead could do anything. */
static int try_one(int folder, const char *name, const struct stat *pipe)
{
	autoclose int found = openat(folder, name, O_PATH | O_CLOEXEC);

	return found >= 0 && is_pipe(found, pipe) ? open_again(found, O_RDONLY | O_NONBLOCK) : -1;
}

/*
 * The folder of a container's other users is closed to an ordinary user, who may trace them all the
 * same: their user namespace is his. pidfd_getfd(2)
 */
static int try_by_number(pid_t pid, const struct stat *pipe)
{
	autoclose int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	int fd = -1;

	for (int number = 0; pidfd >= 0 && fd < 0 && number < NUMBERS; number++) {
		autoclose int found = (int)syscall(SYS_pidfd_getfd, pidfd, number, 0);

		if (found >= 0 && is_pipe(found, pipe))
			fd = open_again(found, O_RDONLY | O_NONBLOCK);
		else if (found < 0 && errno != EBADF)
			break;
	}
	return fd;
}

static int try_process(pid_t pid, const struct stat *pipe)
{
	autoclosedir DIR *listing = NULL;
	const struct dirent *entry;
	char path[32];
	int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
	listing = opendir(path);
	if (!listing && errno == EACCES)
		return try_by_number(pid, pipe);
	while (listing && fd < 0 && (entry = readdir(listing)))
		if (entry->d_name[0] != '.')
			fd = try_one(dirfd(listing), entry->d_name, pipe);
	return fd;
}

static bool read_namespace(pid_t pid, struct stat *ret_info)
{
	char path[32];

	(void)snprintf(path, sizeof(path), "/proc/%d/ns/pid", (int)pid);
	return stat(path, ret_info) == 0;
}

/* The first process may have given its own output another way, but not that of its children. */
static int try_others(pid_t first, const struct stat *pipe)
{
	autoclosedir DIR *listing = opendir("/proc");
	const struct dirent *entry;
	struct stat wanted;
	struct stat info;
	int fd = -1;

	if (!read_namespace(first, &wanted))
		return -1;
	while (listing && fd < 0 && (entry = readdir(listing))) {
		pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);

		if (pid > 0 && pid != first && read_namespace(pid, &info) &&
		    info.st_ino == wanted.st_ino)
			fd = try_process(pid, pipe);
	}
	return fd;
}

/* The file system of all pipes is where a new one is. */
static bool describe(uint64_t number, struct stat *ret_pipe)
{
	int ends[2];
	bool ok;

	if (number == 0 || pipe2(ends, O_CLOEXEC) < 0)
		return false;
	ok = fstat(ends[READ_END], ret_pipe) == 0;
	ret_pipe->st_ino = number;
	(void)close(ends[READ_END]);
	(void)close(ends[WRITE_END]);
	return ok;
}

int held_pipe_reopen(pid_t pid, uint64_t number)
{
	struct stat pipe;
	int fd;

	if (!describe(number, &pipe))
		return -1;
	fd = try_process(pid, &pipe);
	return fd >= 0 ? fd : try_others(pid, &pipe);
}
