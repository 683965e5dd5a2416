/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/json.h"
#include "container/cgroup_place.h"
#include "container/cleanup.h"
#include "container/control.h"
#include "container/create.h"
#include "container/live.h"
#include "kernel/cgroup.h"
#include "kernel/exit_info.h"
#include "kernel/pidfd.h"
#include "kernel/signal_name.h"
#include "monitor/monitor.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define RESTART_LOOK_MS 20

static void tell_kill(struct containr *engine, const struct live *live, const struct record *record,
		      int signal)
{
	char more[64];

	(void)snprintf(more, sizeof(more), ",\"signal\":\"%d\"", signal);
	record_tell(engine, live->id, record, "kill", more);
}

/* Where a restart policy would undo what is about to be done, its monitor is told not to. */
static int forbid_restart(struct containr *engine, struct live *live, const char *container,
			  const struct record *record, struct containr_error *err)
{
	int r;

	if (record->policy.restart == RESTART_NO || !state_is_up(&live->state))
		return 0;
	r = control_tell(engine, live, container, MONITOR_MSG_STOP, err);
	/* nobody is there to start it again, or it ended by itself */
	return r == -CONTAINR_E_MONITOR_LOST || r == -CONTAINR_E_CONTAINER_NOT_RUNNING ? 0 : r;
}

/* What is frozen heeds no signal. */
static int thaw(const struct containr *engine, struct live *live, struct containr_error *err)
{
	struct cgroup_host host;
	struct cgroup_place place;

	if (!live->state.paused)
		return 0;
	cgroup_host_probe(&host);
	cgroup_place_find(engine, live->id, &place);
	return cgroup_freeze(&host, place.path, false, err);
}

/* A signal that is to end the container, by the user's word. */
static bool is_stop(const struct record *record, int signal)
{
	struct containr_error ignored;
	int stop_signal = 0;

	return signal == SIGKILL ||
	       (signal_parse(record->stop_signal, &stop_signal, &ignored) == 0 &&
		signal == stop_signal);
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
	if (r == 0 && is_stop(&record, signal))
		r = forbid_restart(engine, &live, container, &record, err);
	if (r == 0)
		r = pidfd_kill(pidfd, signal, err);
	if (r == 0 && signal == SIGKILL)
		r = thaw(engine, &live, err);
	if (r == 0)
		tell_kill(engine, &live, &record, signal);
	return r;
}

/* Without a monitor nobody knows the exit code better than who waited for the end. */
static void note_end(struct containr *engine, const struct live *live, int pidfd)
{
	const struct monitor_held run = { .pid = live->state.pid,
					  .pid_start = live->state.pid_start };
	struct containr_error ignored;
	bool ended = false;
	int code;

	if (pidfd >= 0 && pidfd_wait_end(pidfd, 0, &ended, &ignored) == 0 && ended &&
	    exit_info_read(pidfd, &code))
		error_ignore(live_note_end(engine, live->id, &run, code, &ignored));
}

/*
 * Waits until the end of a container is written down: the monitor does so right after the process
 * ended. Without a monitor this is the moment to do it.
 */
static int wait_for_record(struct containr *engine, struct live *live, int pidfd,
			   struct containr_error *err)
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
			note_end(engine, live, pidfd);
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

/* Until a container between two runs has begun the next one, or has none. */
static int wait_for_restart(struct containr *engine, struct live *live, struct containr_error *err)
{
	int r = 0;

	while (r == 0 && live->state.status == STATE_RESTARTING) {
		autolive again = LIVE_INIT;
		int dir = -1;

		(void)poll(NULL, 0, RESTART_LOOK_MS);
		r = fs_open_dir(live->dir, ".", &dir, err);
		if (r == 0)
			r = live_of_dir(engine, live->id, dir, &again, err);
		if (r == 0)
			live->state = again.state;
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

	while (r == 0 && state_is_up(&live.state)) {
		if (live_open_process(&live, container, &pidfd, err) == 0)
			r = pidfd_wait_end(pidfd, -1, &ended, err);
		if (r == 0)
			r = wait_for_record(engine, &live, pidfd, err);
		cleanup_close(&pidfd);
		pidfd = -1;
		if (r == 0 && live.state.status == STATE_RESTARTING)
			r = wait_for_restart(engine, &live, err);
	}
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

/* Asks the first process to end, and kills it when it has not in time. */
static int end_process(struct containr *engine, struct live *live, const struct record *record,
		       int pidfd, int64_t timeout_s, struct containr_error *err)
{
	bool ended = false;
	int signal = SIGTERM;
	int r = signal_parse(record->stop_signal, &signal, err);

	if (r < 0)
		return r;
	r = pidfd_kill(pidfd, signal, err);
	if (r < 0 && err->sys_errno != ESRCH)
		return r;
	tell_kill(engine, live, record, signal);
	r = thaw(engine, live, err);
	if (r == 0)
		r = pidfd_wait_end(pidfd, timeout_s * 1000, &ended, err);
	if (r < 0 || ended)
		return r;
	/* before it is done, or the container's end would be told first */
	tell_kill(engine, live, record, SIGKILL);
	return kill_and_wait(pidfd, err);
}

int containr_stop(struct containr *engine, const char *container, int64_t timeout_s,
		  struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autorecord record = { 0 };
	autoclose int pidfd = -1;
	int r = live_find(engine, container, &live, err);

	if (r < 0)
		return r;
	if (!state_is_up(&live.state))
		return 0;
	r = record_read(live.dir, &record, err);
	if (r == 0)
		r = forbid_restart(engine, &live, container, &record, err);
	if (r < 0)
		return r;
	if (live_open_process(&live, container, &pidfd, err) == 0)
		r = end_process(engine, &live, &record, pidfd,
				timeout_s < 0 ? record.stop_timeout_s : timeout_s, err);
	if (r == 0)
		r = wait_for_record(engine, &live, pidfd, err);
	/* the record comes before the event of the end; the lock goes only after both */
	if (r == 0)
		r = state_lock(live.state_fd, true, err);
	if (r < 0)
		return r;
	state_unlock(live.state_fd);
	record_tell(engine, live.id, &record, "stop", "");
	return 0;
}

/* What is to be removed when it ends is not, where it is to run again. */
static int forbid_removal(struct containr *engine, struct live *live, const char *container,
			  const struct record *record, struct containr_error *err)
{
	int r;

	if (!record->auto_remove || live->state.status != STATE_RUNNING)
		return 0;
	r = control_tell(engine, live, container, MONITOR_MSG_KEEP, err);
	return r == -CONTAINR_E_MONITOR_LOST ? 0 : r; /* nobody is there to remove it */
}

int containr_restart(struct containr *engine, const char *container, int64_t timeout_s,
		     struct containr_error *err)
{
	autolive live = LIVE_INIT;
	autorecord record = { 0 };
	int r = live_find(engine, container, &live, err);

	if (r == 0)
		r = record_read(live.dir, &record, err);
	if (r == 0)
		r = forbid_removal(engine, &live, container, &record, err);
	if (r == 0)
		r = containr_stop(engine, live.id, timeout_s, err);
	if (r == 0)
		r = containr_start(engine, live.id, NULL, err);
	if (r == 0)
		record_tell(engine, live.id, &record, "restart", "");
	return r;
}

static int kill_running(struct containr *engine, struct live *live, const char *container,
			struct containr_error *err)
{
	autorecord record = { 0 };
	autoclose int pidfd = -1;
	struct containr_error ignored;
	int r = 0;

	/* a damaged record knows of no policy */
	if (record_read(live->dir, &record, &ignored) == 0)
		r = forbid_restart(engine, live, container, &record, err);
	if (r == 0 && live_open_process(live, container, &pidfd, err) == 0) {
		r = thaw(engine, live, err);
		if (r == 0)
			r = kill_and_wait(pidfd, err);
	}
	if (r < 0)
		return r;
	return wait_for_record(engine, live, pidfd, err);
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
		if (state_is_up(&live.state)) {
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
