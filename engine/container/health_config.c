/* SPDX-License-Identifier: MIT */
#include "container/health_config.h"

#include "image/healthcheck.h"

#include <string.h>

static void take(int64_t *value, int64_t other)
{
	if (*value == 0)
		*value = other;
}

int health_config_of_spec(const struct containr_healthcheck *spec,
			  const struct containr_healthcheck *image,
			  struct containr_healthcheck *ret_check, struct containr_error *err)
{
	struct containr_healthcheck merged = *spec;
	int r = healthcheck_validate(spec, err);

	if (r < 0)
		return r;
	if (!merged.test || !merged.test[0])
		merged.test = image->test;
	take(&merged.interval_ns, image->interval_ns);
	take(&merged.timeout_ns, image->timeout_ns);
	take(&merged.start_period_ns, image->start_period_ns);
	take(&merged.start_interval_ns, image->start_interval_ns);
	take(&merged.retries, image->retries);
	/* times without a test are nothing */
	if (!merged.test || !merged.test[0])
		merged = (struct containr_healthcheck) { 0 };
	else if (strcmp(merged.test[0], "NONE") == 0)
		merged = (struct containr_healthcheck) { .test = merged.test };
	return healthcheck_copy(&merged, ret_check, err);
}

void health_config_command(const struct containr_healthcheck *check, struct strv *command)
{
	if (strcmp(check->test[0], "CMD-SHELL") == 0) {
		strv_push(command, "/bin/sh");
		strv_push(command, "-c");
	}
	strv_extend(command, check->test + 1);
}
