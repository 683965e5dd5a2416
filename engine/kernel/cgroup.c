/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CGROUP_PATH_MAX 4096

void cgroup_close(struct cgroup *cgroup)
{
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		cleanup_close(&cgroup->dirs[i]);
		cleanup_close(&cgroup->tasks[i]);
	}
	*cgroup = CGROUP_INIT;
}

static int write_text(int dir, const char *file, const char *text)
{
	autoclose int fd = openat(dir, file, O_WRONLY | O_CLOEXEC);
	size_t len = strlen(text);

	if (fd < 0)
		return -1;
	return write(fd, text, len) == (ssize_t)len ? 0 : -1;
}

/*
 * cpuset starts empty in v1, and an empty one takes no process: a new folder inherits what its
 * parent has. Documentation/admin-guide/cgroup-v1/cpusets.rst.
 */
static int inherit_cpuset(int parent, int dir)
{
	static const char *const files[] = { "cpuset.cpus", "cpuset.mems" };
	char text[1024];

	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		autoclose int fd = openat(parent, files[i], O_RDONLY | O_CLOEXEC);
		ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

		if (len < 0)
			return -1;
		text[len] = '\0';
		if (write_text(dir, files[i], text) < 0)
			return -1;
	}
	return 0;
}

bool cgroup_format_enable(unsigned int controllers, char ret_text[CGROUP_ENABLE_SIZE])
{
	size_t used = 0;

	ret_text[0] = '\0';
	for (int i = 0; i < CGROUP_UNIFIED; i++)
		if (controllers & CGROUP_BIT(i))
			used += (size_t)snprintf(ret_text + used, CGROUP_ENABLE_SIZE - used,
						 "%s+%s", used ? " " : "",
						 cgroup_v2_name((enum cgroup_controller)i));
	return used > 0;
}

/*
 * The container's own folder. One that is there and empty was left by a runtime that was killed on its
 * way, and would keep this id from ever being used again: it gives way, and with it what was set in it.
 * rmdir(2) refuses those that have processes or folders in them.
 */
static int make_leaf(const char *path, bool is_given)
{
	if (mkdir(path, 0755) == 0)
		return 0;
	if (errno != EEXIST)
		return -1;
	if (is_given)
		return 0;
	if (rmdir(path) == 0)
		return mkdir(path, 0755);
	errno = EEXIST;
	return -1;
}

/* Processes stand in the way of controllers: those of the place itself are the caller's to move. */
static int enable_in(const struct cgroup_host *host, const char *folder, size_t place_len,
		     const char *enable)
{
	autoclose int dir = openat(AT_FDCWD, folder, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (dir < 0)
		return -1;
	/* it may be shared with others: enabling what is enabled is no change */
	if (write_text(dir, "cgroup.subtree_control", enable) == 0)
		return 0;
	if (errno != EBUSY || strlen(folder) != place_len + strlen(host->place) ||
	    cgroup_vacate(folder) < 0)
		return -1;
	return write_text(dir, "cgroup.subtree_control", enable);
}

/* Creates the folders of @path one by one; v2 controllers must be enabled on the way down. */
static int make_v2_folders(const struct cgroup_host *host, const struct cgroup_plan *plan,
			   const char *base, struct containr_error *err)
{
	char part[CGROUP_PATH_MAX];
	char enable[CGROUP_ENABLE_SIZE];
	bool used = cgroup_format_enable(plan->v2_enable & host->v2, enable);

	if (plan->is_given)
		return 0; /* with all that was asked for */
	(void)snprintf(part, sizeof(part), "%s%s", base, plan->path);
	if (!used && make_leaf(part, plan->is_given) == 0)
		return 0; /* the parents are there, and nothing is to be enabled in them */
	for (const char *p = cgroup_below_place(host, plan->path); *p;) {
		const char *end = strchrnul(p + 1, '/');

		(void)snprintf(part, sizeof(part), "%s%.*s", base, (int)(p - plan->path),
			       plan->path);
		if (used && enable_in(host, part, strlen(base), enable) < 0)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP,
					"cannot enable controllers '%s' in cgroup '%s'", enable,
					part);
		(void)snprintf(part, sizeof(part), "%s%.*s", base, (int)(end - plan->path),
			       plan->path);
		if (*end ? mkdir(part, 0755) < 0 && errno != EEXIST
			 : make_leaf(part, plan->is_given) < 0)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot create cgroup '%s'",
					part);
		p = end;
	}
	return 0;
}

static int make_v1_folder(const struct cgroup_plan *plan, enum cgroup_controller controller,
			  const char *full, size_t base_len, struct containr_error *err)
{
	char part[CGROUP_PATH_MAX];

	if (controller != CGROUP_CPUSET && make_leaf(full, plan->is_given) == 0)
		return 0;
	if (controller != CGROUP_CPUSET && errno != ENOENT)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot create cgroup '%s'", full);
	for (size_t i = base_len + 1; i <= strlen(full); i++) {
		autoclose int parent = -1;
		autoclose int dir = -1;

		if (full[i] != '/' && full[i] != '\0')
			continue;
		(void)snprintf(part, sizeof(part), "%.*s", (int)i, full);
		if (full[i] ? mkdir(part, 0755) < 0 && errno != EEXIST
			    : make_leaf(part, plan->is_given) < 0)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot create cgroup '%s'",
					part);
		if (controller != CGROUP_CPUSET)
			continue;
		dir = openat(AT_FDCWD, part, O_PATH | O_DIRECTORY | O_CLOEXEC);
		parent = dir < 0 ? -1 : openat(dir, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (parent < 0 || inherit_cpuset(parent, dir) < 0)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot set up cgroup '%s'",
					part);
	}
	return 0;
}

static int make_folder(const struct cgroup_host *host, const struct cgroup_plan *plan,
		       enum cgroup_controller controller, struct cgroup *cgroup,
		       struct containr_error *err)
{
	char base[64];
	char full[CGROUP_PATH_MAX];
	int r;

	if (cgroup_folder(host, controller, "", base, sizeof(base)) < 0 ||
	    cgroup_folder(host, controller, plan->path, full, sizeof(full)) < 0)
		return fail(err, CONTAINR_E_CGROUP_SETUP, "cgroup path '%s' is too long",
			    plan->path);
	r = controller == CGROUP_UNIFIED
		    ? make_v2_folders(host, plan, base, err)
		    : make_v1_folder(plan, controller, full, strlen(base), err);
	if (r < 0)
		return r;
	cgroup->dirs[controller] = openat(AT_FDCWD, full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cgroup->dirs[controller] < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open cgroup '%s'", full);
	if (controller == CGROUP_UNIFIED)
		return 0;
	cgroup->tasks[controller] = openat(cgroup->dirs[controller], "tasks", O_WRONLY | O_CLOEXEC);
	if (cgroup->tasks[controller] < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open '%s/tasks'", full);
	return 0;
}

int cgroup_create(const struct cgroup_host *host, const struct cgroup_plan *plan,
		  struct cgroup *ret_cgroup, struct containr_error *err)
{
	autocgroup cgroup = CGROUP_INIT;
	struct containr_error ignored;
	unsigned int made = 0;
	int r = 0;

	for (int i = 0; i < CGROUP_CONTROLLER_COUNT && r == 0; i++) {
		if (!(plan->used & CGROUP_BIT(i)))
			continue;
		r = make_folder(host, plan, (enum cgroup_controller)i, &cgroup, err);
		/* EEXIST: it is somebody else's, who has processes in it or will remove it */
		if (r == 0 || err->sys_errno != EEXIST)
			made |= CGROUP_BIT(i);
	}
	if (r == 0)
		r = cgroup_apply(host, plan, &cgroup, err);
	if (r < 0) {
		if (!plan->is_given)
			error_ignore(cgroup_remove_used(host, plan->path, made, &ignored));
		return r;
	}
	*ret_cgroup = cgroup;
	cgroup = CGROUP_INIT;
	return 0;
}

int cgroup_open(const struct cgroup_host *host, const char *path, struct cgroup *ret_cgroup,
		struct containr_error *err)
{
	char full[CGROUP_PATH_MAX];
	autocgroup cgroup = CGROUP_INIT;
	unsigned int all =
		host->layout == CGROUP_LAYOUT_V2 ? CGROUP_BIT(CGROUP_UNIFIED) : host->v1 | host->v2;

	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		if (!(all & CGROUP_BIT(i)))
			continue;
		if (cgroup_folder(host, (enum cgroup_controller)i, path, full, sizeof(full)) < 0)
			return fail(err, CONTAINR_E_CGROUP_SETUP, "cgroup path '%s' is too long",
				    path);
		cgroup.dirs[i] = openat(AT_FDCWD, full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (cgroup.dirs[i] < 0 && errno != ENOENT)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open cgroup '%s'",
					full);
		if (cgroup.dirs[i] >= 0 && i != CGROUP_UNIFIED)
			cgroup.tasks[i] = openat(cgroup.dirs[i], "tasks", O_WRONLY | O_CLOEXEC);
	}
	*ret_cgroup = cgroup;
	cgroup = CGROUP_INIT;
	return 0;
}

int cgroup_enter_v1(const struct cgroup *cgroup, struct containr_error *err)
{
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++)
		if (cgroup->tasks[i] >= 0 && write(cgroup->tasks[i], "0", 1) != 1)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot enter the %s cgroup",
					cgroup_controller_name((enum cgroup_controller)i));
	return 0;
}

int cgroup_enter_v2(const struct cgroup *cgroup, int pid, struct containr_error *err)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", pid);
	if (write_text(cgroup->dirs[CGROUP_UNIFIED], "cgroup.procs", text) == 0)
		return 0;
	(void)fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot enter the cgroup");
	/* from a session that is no part of what was delegated: cgroups(7) */
	if (err->code != CONTAINR_E_PERMISSION_DENIED)
		return -err->code;
	return fail_hint(err, "run it where cgroups are delegated: systemd-run --user --scope "
			      "containr ...");
}

#define REMOVE_TRIES 100

/* Removes the folders inside @dir, innermost first; containers make some when they may (cgroup ns).
 */
static int remove_below(int dir, int depth)
{
	autoclosedir DIR *listing = NULL;
	int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const struct dirent *entry;

	listing = copy < 0 ? NULL : fdopendir(copy);
	if (!listing || depth > 64)
		return -1;
	while ((entry = readdir(listing))) {
		autoclose int child = -1;

		if (entry->d_type != DT_DIR || strcmp(entry->d_name, ".") == 0 ||
		    strcmp(entry->d_name, "..") == 0)
			continue;
		if (unlinkat(dir, entry->d_name, AT_REMOVEDIR) == 0)
			continue;
		child = openat(dir, entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (child < 0 || remove_below(child, depth + 1) < 0 ||
		    unlinkat(dir, entry->d_name, AT_REMOVEDIR) < 0)
			return -1;
	}
	return 0;
}

static int remove_one(const char *full, struct containr_error *err)
{
	for (int i = 0; i < REMOVE_TRIES; i++) {
		if (rmdir(full) == 0 || errno == ENOENT)
			return 0;
		if (errno != EBUSY)
			break;
		if (i > 0) {
			autoclose int dir =
				openat(AT_FDCWD, full, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

			if (dir >= 0)
				(void)remove_below(dir, 0);
			/* v1 has no event for "the last process is gone" */
			(void)poll(NULL, 0, i < 10 ? 1 : 10);
		}
		errno = EBUSY;
	}
	return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot remove cgroup '%s'", full);
}

int cgroup_remove(const struct cgroup_host *host, const char *path, struct containr_error *err)
{
	unsigned int all =
		host->layout == CGROUP_LAYOUT_V2 ? CGROUP_BIT(CGROUP_UNIFIED) : host->v1 | host->v2;

	return cgroup_remove_used(host, path, all, err);
}

int cgroup_remove_used(const struct cgroup_host *host, const char *path, unsigned int used,
		       struct containr_error *err)
{
	char full[CGROUP_PATH_MAX];
	int r = 0;

	/* "/" or "" would be the host's own folder, a mount point that must never be removed */
	if (path[0] != '/' || path[strspn(path, "/.")] == '\0')
		return fail(err, CONTAINR_E_CGROUP_SETUP, "'%s' is no cgroup path", path);
	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++) {
		int one;

		if (!(used & CGROUP_BIT(i)) ||
		    cgroup_folder(host, (enum cgroup_controller)i, path, full, sizeof(full)) < 0)
			continue;
		one = remove_one(full, err);
		if (r == 0)
			r = one;
	}
	return r;
}
