/* SPDX-License-Identifier: MIT */
#include "container/live.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "container/cleanup.h"
#include "image/layer_mount.h"
#include "kernel/exit_pin.h"
#include "kernel/pidfd.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>

void live_release(struct live *live)
{
	cleanup_close(&live->dir);
	cleanup_close(&live->state_fd);
	*live = LIVE_INIT;
}

void live_exit_path(const char *id, char ret_path[EXITS_PATH_SIZE])
{
	(void)snprintf(ret_path, EXITS_PATH_SIZE, EXITS_FOLDER "/%s", id);
}

static bool runs(const struct state *state)
{
	char boot_id[40];
	struct containr_error ignored;

	/* pids of another boot mean nothing */
	if (state_boot_id(boot_id, &ignored) < 0 || strcmp(boot_id, state->boot_id) != 0)
		return false;
	return process_is_alive(state->pid, state->pid_start);
}

/* Its end, as far as that is known without a monitor. */
static void fill_end(const struct containr *engine, const char *id, struct state *state)
{
	char path[EXITS_PATH_SIZE];
	int code = 255;

	live_exit_path(id, path);
	/* runroot does not outlive this boot of the host, and a pin is its container's last run */
	state->exit_known = exit_pin_read(engine->runroot_fd, path, &code);
	state->status = STATE_EXITED;
	state->exit_code = code;
	state->paused = 0;
	state->pid = 0;
	state->finished_ns = time_now_ns();
}

/* As a monitor tells it. */
static void tell_end(const struct containr *engine, const struct live *live)
{
	autorecord record = { 0 };
	struct containr_error ignored;
	char more[40] = "";

	if (record_read(live->dir, &record, &ignored) < 0)
		return;
	if (live->state.exit_known)
		(void)snprintf(more, sizeof(more), ",\"exitCode\":\"%d\"", live->state.exit_code);
	record_tell(engine, live->id, &record, "die", more);
}

static int write_end(struct containr *engine, struct live *live, struct containr_error *err)
{
	bool ran = live->state.status == STATE_RUNNING;
	struct containr_error ignored;
	char path[EXITS_PATH_SIZE];
	int r;

	if (ran)
		fill_end(engine, live->id, &live->state);
	else /* how it ended is known; that it was to run again went with the monitor */
		live->state.status = STATE_EXITED;
	r = state_write(live->state_fd, &live->state, err);
	/* one that was started again, but not yet written down, is in there too */
	error_ignore(container_remove_cgroup(engine, live->id, &ignored));
	live_exit_path(live->id, path);
	exit_unpin(engine->runroot_fd, path);
	layer_mount_release(engine, live->id);
	if (ran)
		tell_end(engine, live);
	return r;
}

/*
 * The monitor is gone and so is the container: its end is written down by whoever sees it first.
 */
static int repair(struct containr *engine, struct live *live, struct containr_error *err)
{
	char path[96];
	int r = state_lock(live->state_fd, false, err);

	(void)snprintf(path, sizeof(path), "containers/%s", live->id);
	if (r == 0 && live->dir < 0)
		r = fs_open_dir(engine->root_fd, path, &live->dir, err);
	if (r < 0)
		return err->code == CONTAINR_E_LOCKED
			       ? state_read(live->state_fd, &live->state, err)
			       : r;
	/* somebody else may have done it before we had the lock */
	r = state_read(live->state_fd, &live->state, err);
	if (r == 0 && state_is_up(&live->state))
		r = write_end(engine, live, err);
	state_unlock(live->state_fd);
	return r;
}

/* Reads the record and, where it says that nobody looks after a running container, finds out. */
static int examine(struct containr *engine, struct live *live, struct containr_error *err)
{
	int r = state_read(live->state_fd, &live->state, err);

	if (r < 0 || !state_is_up(&live->state) || state_is_locked(live->state_fd))
		return r;
	if (live->state.status == STATE_RESTARTING || !runs(&live->state))
		return repair(engine, live, err);
	live->monitor_lost = true;
	return 0;
}

int live_of_dir(struct containr *engine, const char *id, int dir, struct live *ret_live,
		struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r;

	live.dir = dir;
	(void)snprintf(live.id, sizeof(live.id), "%s", id);
	r = state_open(dir, &live.state_fd, err);
	if (r == 0)
		r = examine(engine, &live, err);
	if (r < 0)
		return r;
	*ret_live = live;
	live = LIVE_INIT;
	return 0;
}

int live_peek(struct containr *engine, int containers, const char *id, struct live *ret_live,
	      struct containr_error *err)
{
	autolive live = LIVE_INIT;
	char path[96];
	int r;

	(void)snprintf(path, sizeof(path), "%s/" STATE_FILE, id);
	(void)snprintf(live.id, sizeof(live.id), "%s", id);
	live.state_fd = openat(containers, path, O_RDWR | O_CLOEXEC);
	if (live.state_fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open the state record");
	r = examine(engine, &live, err);
	if (r < 0)
		return r;
	*ret_live = live;
	live = LIVE_INIT;
	return 0;
}

int live_find(struct containr *engine, const char *container, struct live *ret_live,
	      struct containr_error *err)
{
	char id[65];
	int dir;
	int r = container_open(engine, container, id, &dir, err);

	return r < 0 ? r : live_of_dir(engine, id, dir, ret_live, err);
}

/* Whoever has the lock of a container that is not up is about to be done: creating, or tidying up. */
#define LOCK_TRIES 1000

int live_lock(struct live *live, const char *container, struct containr_error *err)
{
	for (int tries = 0;; tries++) {
		int r = state_lock(live->state_fd, false, err);

		if (r == 0 || err->code != CONTAINR_E_LOCKED || tries == LOCK_TRIES)
			return r;
		r = state_read(live->state_fd, &live->state, err);
		if (r < 0)
			return r;
		if (state_is_up(&live->state))
			return fail(err, CONTAINR_E_CONTAINER_RUNNING, "container '%s' is running",
				    container);
		(void)poll(NULL, 0, tries < 20 ? 1 : 10);
	}
}

int live_open_process(const struct live *live, const char *container, int *ret_pidfd,
		      struct containr_error *err)
{
	autoclose int pidfd = -1;
	int r;

	if (live->state.status != STATE_RUNNING)
		return fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "container '%s' is not running",
			    container);
	r = pidfd_of(live->state.pid, &pidfd, err);
	/* between reading the record and opening the process the pid may have got a new owner */
	if (r == 0 && process_is_alive(live->state.pid, live->state.pid_start)) {
		*ret_pidfd = steal_fd(&pidfd);
		return 0;
	}
	return fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "container '%s' is not running",
		    container);
}
