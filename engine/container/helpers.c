/* SPDX-License-Identifier: MIT */
#include "container/helpers.h"

#include "base/path.h"
#include "image/healthcheck.h"

#include <stdlib.h>
#include <unistd.h>

void helpers_release(struct helpers *helpers)
{
	free(helpers->monitor);
	free(helpers->cleanup);
	free(helpers->keeper);
	free(helpers->health);
	free(helpers->attributes);
	*helpers = (struct helpers) { 0 };
}

static bool are_there(const struct helpers *helpers, const struct record *record)
{
	bool is_checked = healthcheck_is_on(&record->healthcheck);
	bool needs_keeper = is_checked || record->policy.restart != RESTART_NO;

	return access(helpers->monitor, X_OK) == 0 && access(helpers->cleanup, X_OK) == 0 &&
	       (!needs_keeper || access(helpers->keeper, X_OK) == 0) &&
	       (!is_checked || access(helpers->health, X_OK) == 0);
}

int helpers_find(const struct containr *engine, const struct record *record,
		 struct helpers *ret_helpers, struct containr_error *err)
{
	autohelpers helpers = { 0 };

	helpers.monitor = path_join(engine->libexec, "containr-monitor");
	helpers.cleanup = path_join(engine->libexec, "containr-cleanup");
	helpers.keeper = path_join(engine->libexec, "containr-keeper");
	helpers.health = path_join(engine->libexec, "containr-health");
	helpers.attributes = record_event_attributes(record);
	if (!helpers.monitor || !helpers.cleanup || !helpers.keeper || !helpers.health ||
	    !helpers.attributes)
		return fail_oom(err);
	if (!are_there(&helpers, record)) {
		(void)fail_sys(err, CONTAINR_E_IO, "cannot find the helpers in '%s'",
			       engine->libexec);
		if (err->code == CONTAINR_E_PERMISSION_DENIED)
			return -err->code; /* they may well be there */
		return fail_hint(err, "install containr completely, or set CONTAINR_LIBEXEC");
	}
	*ret_helpers = helpers;
	helpers = (struct helpers) { 0 };
	return 0;
}
