/* SPDX-License-Identifier: MIT */
#include "container/cgroup_place.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/path.h"
#include "container/scope.h"
#include "kernel/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define LINK_SIZE 128
#define TEXT_SIZE (CGROUP_PATH_SIZE + 16)

static const char *const prefixes[] = {
	[CGROUP_MANAGER_CGROUPFS] = "",
	[CGROUP_MANAGER_SYSTEMD] = "systemd:",
	[CGROUP_MANAGER_SYSTEMD_USER] = "systemd-user:",
};

static void link_of(const char *id, char ret_link[LINK_SIZE])
{
	(void)snprintf(ret_link, LINK_SIZE, CGROUPS_FOLDER "/%s", id);
}

void cgroup_place_usual(const char *id, struct cgroup_place *ret_place)
{
	ret_place->manager = CGROUP_MANAGER_CGROUPFS;
	(void)snprintf(ret_place->path, sizeof(ret_place->path), "/containr/%s", id);
}

int cgroup_place_of_plan(const struct plan *plan, struct cgroup_place *ret_place,
			 struct containr_error *err)
{
	const char *path = plan->cgroup.path;

	if (strlen(path) >= sizeof(ret_place->path))
		return fail(err, CONTAINR_E_CGROUP_SETUP, "cgroup path '%s' is too long", path);
	ret_place->manager = !plan->scope.unit	   ? CGROUP_MANAGER_CGROUPFS
			     : plan->scope.of_user ? CGROUP_MANAGER_SYSTEMD_USER
						   : CGROUP_MANAGER_SYSTEMD;
	(void)snprintf(ret_place->path, sizeof(ret_place->path), "%s", path);
	return 0;
}

bool cgroup_place_read_link(int dir, const char *name, struct cgroup_place *ret_place)
{
	char text[TEXT_SIZE];
	ssize_t len = readlinkat(dir, name, text, sizeof(text) - 1);
	const char *path;

	if (len <= 0)
		return false;
	text[len] = '\0';
	path = strchr(text, '/');
	if (!path || strlen(path) >= sizeof(ret_place->path))
		return false;
	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++) {
		if (strlen(prefixes[i]) != (size_t)(path - text) ||
		    strncmp(prefixes[i], text, (size_t)(path - text)) != 0)
			continue;
		ret_place->manager = (enum cgroup_manager)i;
		(void)snprintf(ret_place->path, sizeof(ret_place->path), "%s", path);
		return true;
	}
	return false;
}

int cgroup_place_make_link(int dir, const char *name, const struct cgroup_place *place,
			   struct containr_error *err)
{
	char text[TEXT_SIZE];

	(void)snprintf(text, sizeof(text), "%s%s", prefixes[place->manager], place->path);
	(void)unlinkat(dir, name, 0);
	if (symlinkat(text, dir, name) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot note the container's cgroup");
	return 0;
}

void cgroup_place_find(const struct containr *engine, const char *id,
		       struct cgroup_place *ret_place)
{
	char link[LINK_SIZE];

	link_of(id, link);
	if (!cgroup_place_read_link(engine->runroot_fd, link, ret_place))
		cgroup_place_usual(id, ret_place);
}

int cgroup_place_note(const struct containr *engine, const char *id, const struct plan *plan,
		      struct containr_error *err)
{
	struct cgroup_place usual;
	struct cgroup_place place;
	char link[LINK_SIZE];
	int r = cgroup_place_of_plan(plan, &place, err);

	if (r < 0)
		return r;
	link_of(id, link);
	cgroup_place_usual(id, &usual);
	if (place.manager == usual.manager && strcmp(place.path, usual.path) == 0) {
		cgroup_place_forget(engine, id);
		return 0;
	}
	r = cgroup_place_make_link(engine->runroot_fd, link, &place, err);
	if (r == 0 || err->sys_errno != ENOENT)
		return r;
	r = fs_make_dirs(engine->runroot_fd, CGROUPS_FOLDER, 0700, err);
	return r < 0 ? r : cgroup_place_make_link(engine->runroot_fd, link, &place, err);
}

void cgroup_place_forget(const struct containr *engine, const char *id)
{
	char link[LINK_SIZE];

	link_of(id, link);
	(void)unlinkat(engine->runroot_fd, link, 0);
}

int cgroup_place_remove(const char *libexec, const struct cgroup_place *place,
			struct containr_error *err)
{
	struct containr_error ignored;
	struct cgroup_host host;
	int stopped = 0;
	int r;

	cgroup_host_probe(&host);
	if (place->manager != CGROUP_MANAGER_CGROUPFS) {
		error_ignore(cgroup_kill(&host, place->path, SIGKILL, &ignored));
		stopped = scope_stop(libexec, place->manager == CGROUP_MANAGER_SYSTEMD_USER,
				     path_basename(place->path), err);
	}
	/* systemd without its bus cannot be told, and finds out by itself when the scope is empty */
	r = cgroup_remove(&host, place->path, stopped < 0 ? &ignored : err);
	return r < 0 && stopped < 0 ? stopped : r;
}
