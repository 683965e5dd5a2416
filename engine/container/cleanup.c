/* SPDX-License-Identifier: MIT */
#include "container/cleanup.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/record.h"
#include "container/state.h"
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

/* A folder without container.json whose lock is free: its maker was killed half-way. */
static bool is_abandoned(int dir)
{
	autoclose int fd = openat(dir, STATE_FILE, O_RDWR | O_CLOEXEC);
	struct containr_error ignored;

	if (faccessat(dir, RECORD_FILE, F_OK, 0) == 0)
		return false;
	return fd >= 0 && state_lock(fd, false, &ignored) == 0;
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
		if (dir < 0 || !is_abandoned(dir))
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
