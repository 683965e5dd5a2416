/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "container/cgroup_place.h"
#include "container/control.h"
#include "kernel/cgroup.h"
#include "monitor/monitor.h"

#include <stdio.h>

static void tell(const struct containr *engine, const struct live *live, const char *action)
{
	autorecord record = { 0 };
	struct containr_error ignored;

	if (record_read(live->dir, &record, &ignored) == 0)
		record_tell(engine, live->id, &record, action, "");
}

static int freeze(const struct containr *engine, const struct live *live, bool frozen,
		  struct containr_error *err)
{
	struct cgroup_host host;
	struct cgroup_place place;

	cgroup_host_probe(&host);
	cgroup_place_find(engine, live->id, &place);
	return cgroup_freeze(&host, place.path, frozen, err);
}

/* Its monitor keeps the record; where that was killed, whoever has the lock does. */
static int note(const struct containr *engine, struct live *live, const char *container,
		bool paused, struct containr_error *err)
{
	int r;

	if (!live->monitor_lost)
		return control_tell(engine, live, container,
				    paused ? MONITOR_MSG_PAUSED : MONITOR_MSG_RESUMED, err);
	r = state_lock(live->state_fd, true, err);
	if (r < 0)
		return r;
	r = state_read(live->state_fd, &live->state, err);
	if (r == 0 && live->state.status == STATE_RUNNING) {
		live->state.paused = paused;
		r = state_write(live->state_fd, &live->state, err);
	}
	state_unlock(live->state_fd);
	return r;
}

static int check(const struct live *live, const char *container, bool frozen,
		 struct containr_error *err)
{
	if (live->state.status != STATE_RUNNING)
		return fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "container '%s' is not running",
			    container);
	if (frozen && live->state.paused)
		return fail(err, CONTAINR_E_CONTAINER_PAUSED, "container '%s' is paused already",
			    container);
	if (!frozen && !live->state.paused) {
		(void)fail(err, CONTAINR_E_INVALID_STATE, "container '%s' is not paused",
			   container);
		return fail_hint(err, "list those that are with: containr ps --filter "
				      "status=paused");
	}
	return 0;
}

/* The record says "paused" from before it is until after, so that who ends it always thaws it. */
static int pause_container(struct containr *engine, struct live *live, const char *container,
			   struct containr_error *err)
{
	struct containr_error ignored;
	int r = note(engine, live, container, true, err);

	if (r < 0)
		return r;
	r = freeze(engine, live, true, err);
	if (r == 0)
		return 0;
	error_ignore(freeze(engine, live, false, &ignored));
	error_ignore(note(engine, live, container, false, &ignored));
	return r;
}

static int unpause_container(struct containr *engine, struct live *live, const char *container,
			     struct containr_error *err)
{
	int r = freeze(engine, live, false, err);

	return r < 0 ? r : note(engine, live, container, false, err);
}

int containr_pause(struct containr *engine, const char *container, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = check(&live, container, true, err);
	if (r == 0)
		r = pause_container(engine, &live, container, err);
	if (r == 0)
		tell(engine, &live, "pause");
	return r;
}

int containr_unpause(struct containr *engine, const char *container, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = check(&live, container, false, err);
	if (r == 0)
		r = unpause_container(engine, &live, container, err);
	if (r == 0)
		tell(engine, &live, "unpause");
	return r;
}
