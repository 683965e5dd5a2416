/* SPDX-License-Identifier: MIT */
#include "container/cleanup.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/record.h"
#include "container/state.h"
#include "image/gc.h"
#include "kernel/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int remove_cgroup(const char *id, struct containr_error *err)
{
	struct cgroup_host host;
	char path[128];

	cgroup_host_probe(&host);
	(void)snprintf(path, sizeof(path), "/containr/%s", id);
	return cgroup_remove(&host, path, err);
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
	if (fd >= 0)
		return state_lock(fd, false, &ignored) == 0;
	return gc_lock(engine, &makers, &ignored) == 0 && faccessat(dir, STATE_FILE, F_OK, 0) < 0;
}

static void sweep_abandoned(const struct containr *engine)
{
	autoclosedir DIR *listing = NULL;
	const struct dirent *entry;
	struct containr_error ignored;
	autoclose int fd = -1;

	if (fs_open_dir(engine->root_fd, "containers", &fd, &ignored) < 0)
		return;
	listing = fdopendir(fd);
	if (!listing)
		return;
	(void)steal_fd(&fd);
	while ((entry = readdir(listing))) {
		char path[300];
		autoclose int dir = -1;

		if (entry->d_name[0] == '.')
			continue;
		dir = openat(dirfd(listing), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir < 0 || !is_abandoned(engine, dir))
			continue;
		(void)snprintf(path, sizeof(path), "containers/%s", entry->d_name);
		error_ignore(store_trash(engine, path, &ignored));
	}
}

int container_cleanup(struct containr *engine, const char *id, struct containr_error *err)
{
	int r = remove_cgroup(id, err);
	int trash;

	sweep_abandoned(engine);
	trash = store_empty_trash(engine, err);
	return r < 0 ? r : trash;
}
