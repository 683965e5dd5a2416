/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_POLICY_H
#define CONTAINER_POLICY_H

#include <containr/container.h>

#include "base/json.h"

/* How a container is looked after while it runs: a part of its record. */

struct policy {
	bool log_none;
	int64_t log_max_bytes; /* 0: one file without a bound */
	int64_t log_max_files;
};

/** Reads --log-driver and --log-opt. Errors: INVALID_ARGUMENT. */
int policy_of_spec(const struct containr_spec *spec, struct policy *ret_policy,
		   struct containr_error *err) MUST_CHECK;

/** Writes the members that are not as usual into the open object of a record. */
void policy_write(struct json_writer *w, const struct policy *policy);

int policy_read(const struct json *object, struct policy *policy,
		struct containr_error *err) MUST_CHECK;

/** Writes LogConfig, as docker has it, into the open HostConfig of `inspect`. */
void policy_inspect(struct json_writer *w, const struct policy *policy);

#endif
