/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_NAME_H
#define CONTAINER_NAME_H

#include "base/error.h"

/** Makes up a name, "quiet_otter", from the kernel's random source; the caller frees it. */
int name_make(char **ret_name, struct containr_error *err) MUST_CHECK;

/** Checks a name: [a-zA-Z0-9][a-zA-Z0-9_.-]*, at most 128 characters. Errors: INVALID_ARGUMENT. */
int name_check(const char *name, struct containr_error *err) MUST_CHECK;

#endif
