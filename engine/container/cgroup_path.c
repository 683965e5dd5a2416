/* SPDX-License-Identifier: MIT */
#include "container/cgroup_path.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINK_SIZE 128

static void link_of(const char *id, char ret_link[LINK_SIZE])
{
	(void)snprintf(ret_link, LINK_SIZE, CGROUPS_FOLDER "/%s", id);
}

void cgroup_path_usual(const char *id, char ret_path[CGROUP_PATH_SIZE])
{
	(void)snprintf(ret_path, CGROUP_PATH_SIZE, "/containr/%s", id);
}

bool cgroup_path_read_link(int dir, const char *name, char ret_path[CGROUP_PATH_SIZE])
{
	char path[CGROUP_PATH_SIZE];
	ssize_t len = readlinkat(dir, name, path, sizeof(path));

	if (len <= 0 || len == sizeof(path))
		return false;
	memcpy(ret_path, path, (size_t)len);
	ret_path[len] = '\0';
	return true;
}

void cgroup_path_find(const struct containr *engine, const char *id,
		      char ret_path[CGROUP_PATH_SIZE])
{
	char link[LINK_SIZE];

	link_of(id, link);
	if (!cgroup_path_read_link(engine->runroot_fd, link, ret_path))
		cgroup_path_usual(id, ret_path);
}

int cgroup_path_note(const struct containr *engine, const char *id, const char *path,
		     struct containr_error *err)
{
	char usual[CGROUP_PATH_SIZE];
	char link[LINK_SIZE];

	link_of(id, link);
	cgroup_path_usual(id, usual);
	/* what an earlier run noted is of no use: its cgroup is gone, or it would not start again */
	(void)unlinkat(engine->runroot_fd, link, 0);
	if (strcmp(path, usual) == 0)
		return 0;
	if (strlen(path) >= CGROUP_PATH_SIZE)
		return fail(err, CONTAINR_E_CGROUP_SETUP, "cgroup path '%s' is too long", path);
	if (symlinkat(path, engine->runroot_fd, link) == 0)
		return 0;
	if (errno == ENOENT) {
		int r = fs_make_dirs(engine->runroot_fd, CGROUPS_FOLDER, 0700, err);

		if (r < 0)
			return r;
		if (symlinkat(path, engine->runroot_fd, link) == 0)
			return 0;
	}
	return fail_sys(err, CONTAINR_E_IO, "cannot note the container's cgroup");
}

void cgroup_path_forget(const struct containr *engine, const char *id)
{
	char link[LINK_SIZE];

	link_of(id, link);
	(void)unlinkat(engine->runroot_fd, link, 0);
}
