/* SPDX-License-Identifier: MIT */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * A resource has its clean-up attribute from the line it is born; handing it over is spelt steal_*.
 * The clean-ups keep errno, so that `return fail_sys(...)` may stand anywhere.
 */

#define CLEANUP(function) __attribute__((cleanup(function)))
#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

static inline void cleanup_free(void *slot)
{
	int saved = errno;

	free(*(void **)slot);
	errno = saved;
}

static inline void cleanup_close(const int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		(void)close(*fd);
	errno = saved;
}

static inline void cleanup_fclose(FILE **file)
{
	int saved = errno;

	if (*file)
		(void)fclose(*file);
	errno = saved;
}

static inline void cleanup_closedir(DIR **dir)
{
	int saved = errno;

	if (*dir)
		(void)closedir(*dir);
	errno = saved;
}

#define autofree CLEANUP(cleanup_free)
#define autoclose CLEANUP(cleanup_close)
#define autofclose CLEANUP(cleanup_fclose)
#define autoclosedir CLEANUP(cleanup_closedir)

/** Takes the descriptor out of @slot, which is -1 afterwards. */
static inline int steal_fd(int *slot)
{
	int fd = *slot;

	*slot = -1;
	return fd;
}

/** Takes the pointer out of @slot, which is NULL afterwards. */
#define steal_ptr(slot)                                                                            \
	__extension__({                                                                            \
		__typeof__(slot) slot_ = (slot);                                                   \
		__typeof__(*slot_) value_ = *slot_;                                                \
		*slot_ = NULL;                                                                     \
		value_;                                                                            \
	})

#endif
