/* SPDX-License-Identifier: MIT */
#include "container/cleanup.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/cgroup_place.h"
#include "container/control.h"
#include "container/health_record.h"
#include "container/live.h"
#include "container/record.h"
#include "container/state.h"
#include "image/gc.h"
#include "image/layer_mount.h"
#include "kernel/cgroup.h"
#include "kernel/exit_pin.h"
#include "volume/references.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int container_remove_cgroup(const struct containr *engine, const char *id,
			    struct containr_error *err)
{
	struct cgroup_place place;
	struct cgroup_host host;
	int r;

	cgroup_place_find(engine, id, &place);
	r = cgroup_place_remove(engine->libexec, &place, err);
	if (r < 0) {
		/* with a pid namespace that is not its own, the end of the first process was not
		 * that of the others */
		cgroup_host_probe(&host);
		r = cgroup_kill(&host, place.path, SIGKILL, err);
		if (r == 0)
			r = cgroup_place_remove(engine->libexec, &place, err);
	}
	if (r == 0)
		cgroup_place_forget(engine, id);
	return r;
}

/*
 * Whether a folder is what a maker left that was killed half-way: it has no container.json, and its
 * state record, which comes first, has nobody's lock. One that was killed even before that has no
 * record either; then no maker may be at work at all, and each holds an image_pin() meanwhile.
 */
static bool is_abandoned(const struct containr *engine, int dir)
{
	autoclose int fd = openat(dir, STATE_FILE, O_RDWR | O_CLOEXEC);
	autoclose int makers = -1;
	struct containr_error ignored;

	if (faccessat(dir, RECORD_FILE, F_OK, 0) == 0)
		return false;
	/* a maker that was done in between has let go of the lock */
	if (fd >= 0)
		return state_lock(fd, false, &ignored) == 0 &&
		       faccessat(dir, RECORD_FILE, F_OK, 0) < 0;
	return gc_lock(engine, &makers, &ignored) == 0 && faccessat(dir, STATE_FILE, F_OK, 0) < 0;
}

/* Moves the folder @id out of sight if it is abandoned. */
static void sweep_folder(const struct containr *engine, int containers, const char *id)
{
	autoclose int dir = openat(containers, id, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct containr_error ignored;
	char path[300];

	if (dir < 0 || !is_abandoned(engine, dir))
		return;
	(void)snprintf(path, sizeof(path), "containers/%s", id);
	error_ignore(store_trash(engine, path, &ignored));
}

void container_sweep(const struct containr *engine, const char *id)
{
	autoclose int containers = -1;
	struct containr_error ignored;

	if (fs_open_dir(engine->root_fd, "containers", &containers, &ignored) == 0)
		sweep_folder(engine, containers, id);
}

static bool is_dangling(const struct containr *engine, int names, const char *name)
{
	char id[CONTAINR_ID_LENGTH + 1] = { 0 };
	char path[96];

	if (readlinkat(names, name, id, CONTAINR_ID_LENGTH) != CONTAINR_ID_LENGTH)
		return false;
	(void)snprintf(path, sizeof(path), "containers/%s", id);
	return faccessat(engine->root_fd, path, F_OK, 0) < 0 && errno == ENOENT;
}

/* Gives a name free whose container is gone; no maker may take it over at the same moment. */
static void sweep_name(const struct containr *engine, int names, const char *name)
{
	autoclose int makers = -1;
	struct containr_error ignored;

	if (is_dangling(engine, names, name) && gc_lock(engine, &makers, &ignored) == 0 &&
	    is_dangling(engine, names, name))
		(void)unlinkat(names, name, 0);
}

static void unpin(const struct containr *engine, const char *id)
{
	char path[EXITS_PATH_SIZE];

	live_exit_path(id, path);
	exit_unpin(engine->runroot_fd, path);
}

static bool is_removed(const struct containr *engine, const char *id)
{
	char path[300];

	(void)snprintf(path, sizeof(path), "containers/%s", id);
	return faccessat(engine->root_fd, path, F_OK, 0) < 0 && errno == ENOENT;
}

/* Of a container that was removed while whoever should do this was killed. */
static void sweep_pin(const struct containr *engine, int exits, const char *id)
{
	(void)exits;
	if (!is_removed(engine, id))
		return;
	unpin(engine, id);
	control_unlisten(engine, id);
}

/* The same for its cgroup; the link has no other use. */
static void sweep_cgroup(const struct containr *engine, int links, const char *id)
{
	struct containr_error ignored;
	char path[300];

	(void)links;
	(void)snprintf(path, sizeof(path), "containers/%s", id);
	if (faccessat(engine->root_fd, path, F_OK, 0) < 0 && errno == ENOENT)
		error_ignore(container_remove_cgroup(engine, id, &ignored));
}

/* One that was removed, but whoever did it was killed before its cgroup was gone. */
static void sweep_trashed(const struct containr *engine, int trash, const char *id)
{
	struct containr_error ignored;
	char path[300];
	autoclose int state = -1;

	if (strlen(id) != CONTAINR_ID_LENGTH)
		return;
	(void)snprintf(path, sizeof(path), "%s/" STATE_FILE, id);
	state = openat(trash, path, O_RDWR | O_CLOEXEC);
	if (state >= 0 && state_is_locked(state))
		return; /* by its monitor, or by what that became */
	error_ignore(container_remove_cgroup(engine, id, &ignored));
	unpin(engine, id);
	control_unlisten(engine, id);
}

static void sweep(const struct containr *engine, int root, const char *folder,
		  void (*look_at)(const struct containr *engine, int dir, const char *name))
{
	autoclosedir DIR *listing = NULL;
	const struct dirent *entry;
	struct containr_error ignored;
	autoclose int fd = -1;

	if (fs_open_dir(root, folder, &fd, &ignored) < 0)
		return;
	listing = fdopendir(fd);
	if (!listing)
		return;
	(void)steal_fd(&fd);
	while ((entry = readdir(listing)))
		if (entry->d_name[0] != '.')
			look_at(engine, dirfd(listing), entry->d_name);
}

/* The last word about a container's health stays as long as the container. */
static void sweep_health(const struct containr *engine, int records, const char *name)
{
	char path[96];

	(void)snprintf(path, sizeof(path), "containers/%.64s", name);
	if (faccessat(engine->root_fd, path, F_OK, 0) < 0 && errno == ENOENT)
		(void)unlinkat(records, name, 0);
}

static void tell_unmount(const struct containr *engine, const char *id)
{
	autoreferences references = { 0 };
	struct containr_error ignored;
	char path[128];

	(void)snprintf(path, sizeof(path), "containers/%s/" REFERENCES_FILE, id);
	if (references_read(engine->root_fd, path, &references, &ignored) == 0)
		references_tell_unmount(engine, &references);
}

int container_cleanup(struct containr *engine, const char *id, struct containr_error *err)
{
	int r = container_remove_cgroup(engine, id, err);
	int trash;

	control_unlisten(engine, id);
	unpin(engine, id);
	tell_unmount(engine, id);
	layer_mount_release(engine, id);
	sweep(engine, engine->root_fd, "containers", sweep_folder);
	sweep(engine, engine->root_fd, "names", sweep_name);
	sweep(engine, engine->runroot_fd, EXITS_FOLDER, sweep_pin);
	sweep(engine, engine->runroot_fd, CGROUPS_FOLDER, sweep_cgroup);
	sweep(engine, engine->runroot_fd, HEALTH_FOLDER, sweep_health);
	references_sweep(engine);
	layer_mount_sweep(engine, is_removed);
	sweep(engine, engine->root_fd, "trash", sweep_trashed);
	trash = store_empty_trash(engine, err);
	return r < 0 ? r : trash;
}
