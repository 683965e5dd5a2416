/* SPDX-License-Identifier: MIT */
#ifndef CONTAINER_POLICY_H
#define CONTAINER_POLICY_H

#include <containr/container.h>

#include "base/json.h"

/* How a container is looked after while it runs: a part of its record. */

enum restart { RESTART_NO, RESTART_ALWAYS, RESTART_ON_FAILURE, RESTART_UNLESS_STOPPED };

struct policy {
	enum restart restart;
	int64_t restart_max; /* RESTART_ON_FAILURE: how often; 0: without end */
	bool log_none;
	int64_t log_max_bytes; /* 0: one file without a bound */
	int64_t log_max_files;
};

/** Name of a restart policy, as docker has it: "no", "always", "on-failure", "unless-stopped". */
const char *policy_restart_name(enum restart restart);

/** Reads --restart, --log-driver and --log-opt. Errors: INVALID_ARGUMENT. */
int policy_of_spec(const struct containr_spec *spec, struct policy *ret_policy,
		   struct containr_error *err) MUST_CHECK;

/** Writes the members that are not as usual into the open object of a record. */
void policy_write(struct json_writer *w, const struct policy *policy);

int policy_read(const struct json *object, struct policy *policy,
		struct containr_error *err) MUST_CHECK;

/** Writes LogConfig, as docker has it, into the open HostConfig of `inspect`. */
void policy_inspect(struct json_writer *w, const struct policy *policy);

#endif
