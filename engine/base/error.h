/* SPDX-License-Identifier: MIT */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <containr/error.h>

#include <stdarg.h>

/*
 * How the engine raises errors. Each function fills @err and returns the negated code, so that
 * `return fail(err, ...)` is the whole of an error path. @err may not be NULL.
 */

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args)))

/** Raises @code with a formatted message; the hint is the default one of the code. */
int fail(struct containr_error *err, enum containr_error_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/**
 * Raises @code for a failed system call: appends ": strerror(errno)". EPERM and EACCES become
 * PERMISSION_DENIED, ENOSPC and EDQUOT NO_SPACE, ENOMEM OUT_OF_MEMORY: the errno says more than
 * the place where it happened.
 */
int fail_sys(struct containr_error *err, enum containr_error_code code, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

/** Raises OUT_OF_MEMORY. */
int fail_oom(struct containr_error *err);

/** Replaces the hint of an error that was raised before; returns the negated code again. */
int fail_hint(struct containr_error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/** Puts "PREFIX: " before the message of an error that was raised before; returns its negated code.
 */
int fail_prefix(struct containr_error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

#if (defined(__clang_analyzer__) || defined(CONTAINR_ANALYZE)) && !defined(ERROR_DEFINES)
/*
 * Analyzers see one file at a time: this is how they know that an error is never 0. ERROR_DEFINES
 * is for the files that define these functions.
 */
#define fail(...) (fail(__VA_ARGS__), -1)
#define fail_sys(...) (fail_sys(__VA_ARGS__), -1)
#define fail_oom(err) (fail_oom(err), -1)
#define fail_hint(...) (fail_hint(__VA_ARGS__), -1)
#define fail_prefix(...) (fail_prefix(__VA_ARGS__), -1)
#endif

/** For clean-up on the way out of an error that is already told: the second one changes nothing. */
static inline void error_ignore(int result)
{
	(void)result;
}

/** Makes @err say that all is well. */
void error_clear(struct containr_error *err);

#endif
