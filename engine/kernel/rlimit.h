/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_RLIMIT_H
#define KERNEL_RLIMIT_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

/* Resource limits, getrlimit(2). */

/* No limit, as the kernel and OCI write it in 64 bits. */
#define RLIMIT_NONE UINT64_MAX

struct rlimit_setting {
	int resource; /* RLIMIT_* */
	uint64_t soft;
	uint64_t hard;
};

/** Returns the number of a limit, "RLIMIT_NOFILE" as OCI writes it or "nofile" as docker does; -1
 * for a name that is none. */
int rlimit_from_name(const char *name);

/** Returns the OCI name of @resource, e.g. "RLIMIT_NOFILE"; NULL for a number without a name. */
const char *rlimit_name(int resource);

/**
 * Parses the operand of docker's --ulimit: NAME=SOFT[:HARD]. Without HARD both are SOFT; -1 and
 * "unlimited" mean no limit. Errors: INVALID_ARGUMENT.
 */
int rlimit_parse(const char *text, struct rlimit_setting *ret_setting,
		 struct containr_error *err) MUST_CHECK;

/**
 * Sets a limit of the calling process. Without CAP_SYS_RESOURCE nobody may raise a hard limit: then
 * the limit is set as high as the present hard limit allows, and *ret_clamped is true, so that the
 * caller can warn instead of failing. Async-signal-safe. Errors: PROCESS_SETUP.
 */
int rlimit_apply(const struct rlimit_setting *setting, bool *ret_clamped,
		 struct containr_error *err) MUST_CHECK;

#endif
