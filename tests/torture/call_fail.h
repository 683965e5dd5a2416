/* SPDX-License-Identifier: MIT */
#ifndef TESTS_TORTURE_CALL_FAIL_H
#define TESTS_TORTURE_CALL_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The n-th call that creates or writes something fails: openat, mkdirat, symlinkat, renameat,
 * write, fsync, ftruncate. The linker's --wrap puts these between the engine and the C library.
 */

/** From now on the @nth call (from 1) fails once, with @error as its errno. */
void call_fail_arm(size_t nth, int error);

/** Back to normal; returns the name of the call that failed, NULL if none did. */
const char *call_fail_disarm(void);

#endif
