/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "container/cleanup.h"
#include "container/create.h"
#include "container/live.h"
#include "kernel/cgroup.h"
#include "kernel/pidfd.h"
#include "kernel/signal_name.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static void tell_kill(struct containr *engine, const struct live *live, const struct record *record,
		      int signal)
{
	char more[64];

	(void)snprintf(more, sizeof(more), ",\"signal\":\"%d\"", signal);
	record_tell(engine, live->id, record, "kill", more);
}

int containr_kill(struct containr *engine, const char *container, int signal,
		  struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autorecord record = { 0 };
	autoclose int pidfd = -1;
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = live_open_process(&live, container, &pidfd, err);
	if (r == 0)
		r = record_read(live.dir, &record, err);
	if (r == 0)
		r = pidfd_kill(pidfd, signal, err);
	if (r == 0)
		tell_kill(engine, &live, &record, signal);
	return r;
}

/*
 * Waits until the end of a container is written down: the monitor does so right after the process
 * ended. Without a monitor this is the moment to do it.
 */
static int wait_for_record(struct containr *engine, struct live *live, struct containr_error *err)
{
	int r = 0;

	/* ~1 s; the monitor may have gigabytes of output to drain, then it is locked but alive */
	for (int tries = 0; r == 0 && live->state.status == STATE_RUNNING; tries++) {
		autolive again = LIVE_INIT;
		int dir = -1;

		r = state_read(live->state_fd, &live->state, err);
		if (r < 0 || live->state.status != STATE_RUNNING)
			break;
		if (!state_is_locked(live->state_fd)) {
			r = fs_open_dir(live->dir, ".", &dir, err);
			if (r == 0)
				r = live_of_dir(engine, live->id, dir, &again, err);
			if (r == 0)
				live->state = again.state;
			continue;
		}
		(void)poll(NULL, 0, tries < 20 ? 1 : 10);
	}
	return r;
}

int containr_wait(struct containr *engine, const char *container, int *ret_exit_code,
		  struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autoclose int pidfd = -1;
	bool ended;
	int r = live_find(engine, container, &live, err);

	if (r < 0)
		return r;
	if (live_open_process(&live, container, &pidfd, err) == 0) {
		r = pidfd_wait_end(pidfd, -1, &ended, err);
		if (r < 0)
			return r;
	}
	r = wait_for_record(engine, &live, err);
	if (r == 0)
		*ret_exit_code = live.state.exit_code;
	return r;
}

static int kill_and_wait(int pidfd, struct containr_error *err)
{
	bool ended = false;
	int r = pidfd_kill(pidfd, SIGKILL, err);

	if (r < 0 && err->sys_errno != ESRCH)
		return r;
	r = pidfd_wait_end(pidfd, 10000, &ended, err);
	if (r == 0 && !ended)
		return fail(err, CONTAINR_E_TIMEOUT, "the container does not end on SIGKILL");
	return r;
}

int containr_stop(struct containr *engine, const char *container, int64_t timeout_s,
		  struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autorecord record = { 0 };
	autoclose int pidfd = -1;
	bool ended = false;
	int signal = SIGTERM;
	int r = live_find(engine, container, &live, err);

	if (r < 0)
		return r;
	if (live_open_process(&live, container, &pidfd, err) < 0)
		return wait_for_record(engine, &live, err);
	r = record_read(live.dir, &record, err);
	if (r == 0)
		r = signal_parse(record.stop_signal, &signal, err);
	if (r < 0)
		return r;
	if (timeout_s < 0)
		timeout_s = record.stop_timeout_s;
	r = pidfd_kill(pidfd, signal, err);
	if (r < 0 && err->sys_errno != ESRCH)
		return r;
	tell_kill(engine, &live, &record, signal);
	r = pidfd_wait_end(pidfd, timeout_s * 1000, &ended, err);
	if (r == 0 && !ended) {
		/* before it is done, or the container's end would be told first */
		tell_kill(engine, &live, &record, SIGKILL);
		r = kill_and_wait(pidfd, err);
	}
	if (r == 0)
		r = wait_for_record(engine, &live, err);
	/* the record comes before the event of the end; the lock goes only after both */
	if (r == 0)
		r = state_lock(live.state_fd, true, err);
	if (r < 0)
		return r;
	state_unlock(live.state_fd);
	record_tell(engine, live.id, &record, "stop", "");
	return 0;
}

static int kill_running(struct containr *engine, struct live *live, const char *container,
			struct containr_error *err)
{
	autoclose int pidfd = -1;
	int r;

	if (live_open_process(live, container, &pidfd, err) == 0) {
		r = kill_and_wait(pidfd, err);
		if (r < 0)
			return r;
	}
	return wait_for_record(engine, live, err);
}

/* Takes a stopped container apart: nobody can start it any more, its lock is ours. */
static int discard(struct containr *engine, struct live *live, unsigned int flags,
		   struct containr_error *err)
{
	struct container container;
	struct containr_error ignored;
	int r;

	container_init(&container);
	memcpy(container.id, live->id, sizeof(container.id));
	/* a container whose record is damaged must be removable too */
	error_ignore(record_read(live->dir, &container.record, &ignored));
	if (flags & CONTAINR_REMOVE_VOLUMES)
		error_ignore(references_doom(live->dir, &ignored));
	r = container_discard(engine, &container, err);
	if (r == 0)
		r = container_cleanup(engine, live->id, err);
	container_release(&container);
	return r;
}

int containr_remove(struct containr *engine, const char *container, unsigned int flags,
		    struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r = live_find(engine, container, &live, err);

	if (r < 0 && err->code == CONTAINR_E_INVALID_STATE && flags & CONTAINR_REMOVE_FORCE) {
		r = container_open(engine, container, live.id, &live.dir, err);
		return r < 0 ? r : discard(engine, &live, flags, err);
	}
	if (r < 0)
		return r;
	do {
		if (live.state.status == STATE_RUNNING) {
			if (!(flags & CONTAINR_REMOVE_FORCE))
				return fail(err, CONTAINR_E_CONTAINER_RUNNING,
					    "container '%s' is running", container);
			r = kill_running(engine, &live, container, err);
			if (r < 0)
				return r;
		}
		/* with --rm its monitor removes it, and may be faster */
		r = live_lock(&live, container, err);
	} while (r < 0 && err->code == CONTAINR_E_CONTAINER_RUNNING);
	if (r == 0)
		r = discard(engine, &live, flags, err);
	if (r < 0 && err->sys_errno == ENOENT)
		return 0;
	return r;
}
