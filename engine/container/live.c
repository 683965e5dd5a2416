/* SPDX-License-Identifier: MIT */
#include "container/live.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/time.h"
#include "container/adopt.h"
#include "container/cleanup.h"
#include "container/create.h"
#include "container/handover.h"
#include "container/restart.h"
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

static bool is_of_this_boot(const struct state *state)
{
	char boot_id[40];
	struct containr_error ignored;

	return state_boot_id(boot_id, &ignored) == 0 && strcmp(boot_id, state->boot_id) == 0;
}

static bool runs(const struct state *state)
{
	/* pids of another boot mean nothing */
	return is_of_this_boot(state) && process_is_alive(state->pid, state->pid_start);
}

/* Its end, as far as that is known without a monitor. */
static void fill_end(const struct containr *engine, const char *id, const int *known_code,
		     struct state *state)
{
	char path[EXITS_PATH_SIZE];
	int code = known_code ? *known_code : 255;

	live_exit_path(id, path);
	/* runroot does not outlive this boot of the host, and a pin is its container's last run */
	state->exit_known = known_code || exit_pin_read(engine->runroot_fd, path, &code);
	state->status = STATE_EXITED;
	state->exit_code = code;
	state->paused = 0;
	state->pid = 0;
	state->finished_ns = time_now_ns();
}

/* As a monitor tells it. */
static void tell_end(const struct containr *engine, const struct live *live,
		     const struct record *record)
{
	char more[40] = "";

	if (live->state.exit_known)
		(void)snprintf(more, sizeof(more), ",\"exitCode\":\"%d\"", live->state.exit_code);
	record_tell(engine, live->id, record, "die", more);
}

/* After a reboot it is not ours to decide: see `start --all`. */
static bool is_to_run_again(const struct state *state, const struct policy *policy, bool ran)
{
	if (state->stopped || !is_of_this_boot(state))
		return false;
	return !ran || restart_is_wanted(handover_restart_flags(policy), policy->restart_max,
					 state->restart_count, state->exit_code);
}

/* With --rm nothing is left of it. */
static void discard(struct containr *engine, struct live *live, struct record *record)
{
	struct containr_error ignored;
	struct container container;

	container_init(&container);
	memcpy(container.id, live->id, sizeof(container.id));
	container.record = *record;
	*record = (struct record) { 0 };
	if (container_discard(engine, &container, &ignored) == 0) {
		live->is_removed = true;
		error_ignore(container_cleanup(engine, live->id, &ignored));
	}
	container_release(&container);
}

/*
 * The monitor is gone and so is the container: its end is written down by whoever sees it first,
 * who also begins what the monitor would have.
 */
static int write_end(struct containr *engine, struct live *live, int lock, const int *known_code,
		     struct containr_error *err)
{
	const bool ran = live->state.status == STATE_RUNNING;
	autorecord record = { 0 };
	struct containr_error ignored;
	char path[EXITS_PATH_SIZE];
	bool has_record = record_read(live->dir, &record, &ignored) == 0;
	bool again;
	int r;

	if (ran)
		fill_end(engine, live->id, known_code, &live->state);
	again = has_record && is_to_run_again(&live->state, &record.policy, ran);
	live->state.status = again ? STATE_RESTARTING : STATE_EXITED;
	live->state.restart_count += again && ran;
	r = state_write(lock, &live->state, err);
	/* one that was started again, but not yet written down, is in there too */
	error_ignore(container_remove_cgroup(engine, live->id, &ignored));
	live_exit_path(live->id, path);
	exit_unpin(engine->runroot_fd, path);
	layer_mount_release(engine, live->id);
	if (ran && has_record)
		tell_end(engine, live, &record);
	if (again && adopt_restarting(engine, live->id, lock, &ignored) < 0) {
		live->state.status = STATE_EXITED;
		r = state_write(lock, &live->state, err);
	} else if (has_record && record.auto_remove) {
		discard(engine, live, &record);
	}
	return r;
}

static int open_folder(const struct containr *engine, struct live *live, struct containr_error *err)
{
	char path[96];

	if (live->dir >= 0)
		return 0;
	(void)snprintf(path, sizeof(path), "containers/%s", live->id);
	return fs_open_dir(engine->root_fd, path, &live->dir, err);
}

/* By a description of its own: whoever is started here takes it over, and the lock with it. */
static int lock_alone(const struct live *live, int *ret_fd, struct containr_error *err)
{
	char path[32];
	autoclose int fd = -1;
	int r;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", live->state_fd);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot open the state record");
	r = state_lock(fd, false, err);
	if (r == 0)
		*ret_fd = steal_fd(&fd);
	return r;
}

/* A container that runs without a monitor gets another one. */
static void adopt(struct containr *engine, struct live *live, int lock)
{
	struct containr_error err;

	if (adopt_running(engine, live->id, lock, &live->state, &err) == 0)
		return;
	live->monitor_lost = true;
	log_warn(&engine->log, "container %.12s has lost its monitor and gets no other: %s",
		 live->id, err.message);
}

/*
 * Nobody looks after a container that is up.
 *
 * @known_code: how it ended, where the caller saw that; else NULL
 */
static int repair(struct containr *engine, struct live *live, const int *known_code,
		  struct containr_error *err)
{
	autoclose int lock = -1;
	int r = lock_alone(live, &lock, err);

	if (r == 0)
		r = open_folder(engine, live, err);
	if (r < 0)
		return err->code == CONTAINR_E_LOCKED
			       ? state_read(live->state_fd, &live->state, err)
			       : r;
	/* somebody else may have done it before we had the lock */
	r = state_read(lock, &live->state, err);
	if (r < 0 || !state_is_up(&live->state))
		return r;
	if (live->state.status == STATE_RUNNING && runs(&live->state)) {
		adopt(engine, live, lock);
		return 0;
	}
	return write_end(engine, live, lock, known_code, err);
}

/* Reads the record and, where it says that nobody looks after a container, does so. */
static int examine(struct containr *engine, struct live *live, struct containr_error *err)
{
	int r = state_read(live->state_fd, &live->state, err);

	if (r < 0 || !state_is_up(&live->state) || state_is_locked(live->state_fd))
		return r;
	return repair(engine, live, NULL, err);
}

int live_note_end(struct containr *engine, const char *container, const struct monitor_held *run,
		  int exit_code, struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r = container_open(engine, container, live.id, &live.dir, err);

	if (r == 0)
		r = state_open(live.dir, &live.state_fd, err);
	if (r == 0)
		r = state_read(live.state_fd, &live.state, err);
	if (r < 0 || live.state.status != STATE_RUNNING || live.state.pid != run->pid ||
	    live.state.pid_start != run->pid_start || state_is_locked(live.state_fd))
		return r;
	return repair(engine, &live, &exit_code, err);
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

	if (r == 0)
		r = live_of_dir(engine, id, dir, ret_live, err);
	if (r < 0 || !ret_live->is_removed)
		return r;
	live_release(ret_live);
	return fail(err, CONTAINR_E_CONTAINER_NOT_FOUND, "no such container: %s", container);
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
