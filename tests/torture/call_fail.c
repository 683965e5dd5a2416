/* SPDX-License-Identifier: MIT */
#include "call_fail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/types.h>

static size_t countdown; /* 0: none will fail */
static int failure;
static const char *failed_call;

void call_fail_arm(size_t nth, int error)
{
	countdown = nth;
	failure = error;
	failed_call = NULL;
}

const char *call_fail_disarm(void)
{
	countdown = 0;
	return failed_call;
}

static bool must_fail(const char *call)
{
	if (countdown == 0 || --countdown > 0)
		return false;
	failed_call = call;
	errno = failure;
	return true;
}

int __real_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...);
int __wrap_openat(int dir, const char *path, int flags, ...)
{
	va_list args;
	mode_t mode;

	va_start(args, flags);
	mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
	va_end(args);
	return must_fail("openat") ? -1 : __real_openat(dir, path, flags, mode);
}

#define WRAP(type, name, parameters, arguments)                                                    \
	type __real_##name parameters;                                                             \
	type __wrap_##name parameters;                                                             \
	type __wrap_##name parameters                                                              \
	{                                                                                          \
		return must_fail(#name) ? -1 : __real_##name arguments;                            \
	}

WRAP(int, mkdirat, (int dir, const char *path, mode_t mode), (dir, path, mode))
WRAP(int, symlinkat, (const char *target, int dir, const char *path), (target, dir, path))
WRAP(int, renameat, (int from, const char *old, int to, const char *new), (from, old, to, new))
WRAP(ssize_t, write, (int fd, const void *bytes, size_t len), (fd, bytes, len))
WRAP(int, fsync, (int fd), (fd))
WRAP(int, ftruncate, (int fd, off_t len), (fd, len))
