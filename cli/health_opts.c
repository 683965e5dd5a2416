/* SPDX-License-Identifier: MIT */
#include "cli/health_opts.h"

#include <stddef.h>

int health_args_fill(const struct health_args *args, const char *test[3],
		     struct containr_healthcheck *check, struct containr_error *err)
{
	bool has_cmd = args->cmd && *args->cmd;
	bool any = has_cmd || args->interval_ns || args->timeout_ns || args->start_period_ns ||
		   args->start_interval_ns || args->retries;

	if (args->none && any) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "--no-healthcheck conflicts with --health-* options");
		return fail_hint(err, "give one or the other");
	}
	if (args->none) {
		test[0] = "NONE";
		test[1] = NULL;
	} else if (has_cmd) {
		test[0] = "CMD-SHELL";
		test[1] = args->cmd;
		test[2] = NULL;
	}
	*check = (struct containr_healthcheck) { .test = args->none || has_cmd
								 ? (char **)(uintptr_t)test
								 : NULL,
						 .interval_ns = args->interval_ns,
						 .timeout_ns = args->timeout_ns,
						 .start_period_ns = args->start_period_ns,
						 .start_interval_ns = args->start_interval_ns,
						 .retries = args->retries };
	return 0;
}
