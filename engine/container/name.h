/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_NAME_H
#define CONTAINER_NAME_H

#include "base/error.h"
#include "store/store.h"

/* The name of a container is a symbolic link names/NAME to its id: creating it decides who has it. */

/** Makes up a name, "quiet_otter", from the kernel's random source; the caller frees it. */
int name_make(char **ret_name, struct containr_error *err) MUST_CHECK;

/** Checks a name: [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most 128 characters. Errors: INVALID_ARGUMENT. */
int name_check(const char *name, struct containr_error *err) MUST_CHECK;

/**
 * Takes a name for the container @id; one whose container is gone (its maker was killed) is taken
 * over. Errors: CONTAINER_EXISTS.
 */
int name_take(const struct containr *engine, const char *id, const char *name,
	      struct containr_error *err) MUST_CHECK;

/** Gives a name free, if it is still that of the container @id. */
void name_drop(const struct containr *engine, const char *id, const char *name);

#endif
