/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "kernel/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static int folder_of(const struct cgroup_host *host, const struct cgroup *cgroup,
		     enum cgroup_controller controller)
{
	return cgroup->dirs[host->layout == CGROUP_LAYOUT_V2 ? CGROUP_UNIFIED : controller];
}

static int write_value(int fd, const char *value)
{
	size_t len = strlen(value);

	return fd >= 0 && write(fd, value, len) == (ssize_t)len ? 0 : -1;
}

/* One write with its alternative, for kernels that have that file instead. */
static int write_either(int dir, const struct cgroup_write *one, int fd)
{
	autoclose int other = -1;

	if (fd >= 0 || errno != ENOENT || !one->other_file)
		return write_value(fd, one->value);
	other = openat(dir, one->other_file, O_WRONLY | O_CLOEXEC);
	return write_value(other, one->other_value);
}

static int fail_write(const struct cgroup_write *one, struct containr_error *err)
{
	return fail_sys(err, CONTAINR_E_CGROUP_APPLY_LIMITS, "cannot set %s to '%s'", one->file,
			one->value);
}

static int fail_folder(const struct cgroup_write *one, struct containr_error *err)
{
	return fail(err, CONTAINR_E_CGROUP_APPLY_LIMITS,
		    "cannot set %s: the host has no %s controller", one->file,
		    cgroup_controller_name(one->controller));
}

/*
 * Inside a user namespace nobody may say which devices are allowed; nobody can make nodes there
 * either, and the rules of the container outside still hold.
 */
static bool may_be_left_out(const struct cgroup_write *one)
{
	return one->controller == CGROUP_DEVICES && errno == EPERM && userns_is_nested();
}

/* Rules of devices are many writes to one file: it stays open from one to the next. */
int cgroup_apply(const struct cgroup_host *host, const struct cgroup_plan *plan,
		 const struct cgroup *cgroup, struct containr_error *err)
{
	const struct cgroup_write *before = NULL;
	autoclose int fd = -1;

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct cgroup_write *one = &plan->writes[i];
		int dir = folder_of(host, cgroup, one->controller);

		if (dir < 0)
			return fail_folder(one, err);
		if (!before || before->controller != one->controller ||
		    strcmp(before->file, one->file) != 0) {
			cleanup_close(&fd);
			fd = openat(dir, one->file, O_WRONLY | O_CLOEXEC);
		}
		if (write_either(dir, one, fd) < 0 && !may_be_left_out(one))
			return fail_write(one, err);
		before = one;
	}
	return 0;
}

#define PATH_SIZE 4096
#define MOVE_ROUNDS 10

/* Enables controllers in all folders above @path. */
static int enable_v2(const struct cgroup_host *host, const struct cgroup_plan *plan,
		     struct containr_error *err)
{
	char enable[CGROUP_ENABLE_SIZE];
	char part[PATH_SIZE];

	if (plan->is_given || !cgroup_format_enable(plan->v2_enable & host->v2, enable))
		return 0;
	for (const char *p = cgroup_below_place(host, plan->path); *p; p = strchrnul(p + 1, '/')) {
		autofree char *above = strndup(plan->path, (size_t)(p - plan->path));
		autoclose int fd = -1;

		if (!above)
			return fail_oom(err);
		if (cgroup_folder(host, CGROUP_UNIFIED, above, part, sizeof(part)) < 0)
			return fail(err, CONTAINR_E_CGROUP_SETUP, "cgroup path '%s' is too long",
				    plan->path);
		(void)strncat(part, "/cgroup.subtree_control", sizeof(part) - strlen(part) - 1);
		fd = openat(AT_FDCWD, part, O_WRONLY | O_CLOEXEC);
		if (write_value(fd, enable) < 0)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP,
					"cannot enable controllers '%s' above cgroup '%s'", enable,
					plan->path);
	}
	return 0;
}

/* Moves all that is listed; what has ended meanwhile need not be. */
static int move_listed(const char *pids, const struct cgroup *cgroup, struct containr_error *err)
{
	for (int i = 0; i < CGROUP_UNIFIED; i++) {
		autoclose int fd = cgroup->dirs[i] < 0 ? -1
						       : openat(cgroup->dirs[i], "cgroup.procs",
								O_WRONLY | O_CLOEXEC);

		if (cgroup->dirs[i] < 0)
			continue;
		for (const char *p = pids; *p;) {
			const char *end = strchrnul(p, '\n');

			if (write(fd, p, (size_t)(end - p)) < 0 && errno != ESRCH)
				return fail_sys(err, CONTAINR_E_CGROUP_SETUP,
						"cannot move processes into a %s cgroup",
						cgroup_controller_name((enum cgroup_controller)i));
			p = *end ? end + 1 : end;
		}
	}
	return 0;
}

/* A process may fork while it is moved: until nothing new is found. */
static int move_processes(const struct cgroup_host *host, const char *path,
			  const struct cgroup *cgroup, struct containr_error *err)
{
	autostr before = STR_INIT;

	for (int round = 0; round < MOVE_ROUNDS; round++) {
		autostr pids = STR_INIT;
		int r = cgroup_read_procs(host, path, &pids, err);

		if (r == 0 && before.data && strcmp(before.data, pids.data) == 0)
			return 0;
		if (r == 0)
			r = move_listed(pids.data, cgroup, err);
		if (r < 0)
			return r;
		str_clear(&before);
		str_append(&before, pids.data);
		if (before.failed)
			return fail_oom(err);
	}
	return 0;
}

static int join_hierarchies(const struct cgroup_host *host, const struct cgroup_plan *plan,
			    const struct cgroup *now, struct containr_error *err)
{
	struct cgroup_plan missing = { .path = plan->path, .used = plan->used };
	autocgroup added = CGROUP_INIT;
	int r;

	for (int i = 0; i < CGROUP_CONTROLLER_COUNT; i++)
		if (now->dirs[i] >= 0)
			missing.used &= ~CGROUP_BIT(i);
	if (!missing.used)
		return 0;
	r = cgroup_create(host, &missing, &added, err);
	return r < 0 ? r : move_processes(host, plan->path, &added, err);
}

/*
 * A limit may be refused as long as another one has its old value: memory without swap cannot be
 * above memory with swap, nor a quota above its period's. So those that failed get a second try.
 */
static int apply_twice(const struct cgroup_host *host, const struct cgroup_plan *plan,
		       const struct cgroup *cgroup, struct containr_error *err)
{
	bool complete = true;

	for (size_t i = 0; i < plan->write_count; i++) {
		const struct cgroup_write *one = &plan->writes[i];
		int dir = folder_of(host, cgroup, one->controller);
		autoclose int fd = dir < 0 ? -1 : openat(dir, one->file, O_WRONLY | O_CLOEXEC);

		if (dir < 0)
			return fail_folder(one, err);
		complete = write_either(dir, one, fd) == 0 && complete;
	}
	return complete ? 0 : cgroup_apply(host, plan, cgroup, err);
}

int cgroup_update(const struct cgroup_host *host, const struct cgroup_plan *plan,
		  struct containr_error *err)
{
	autocgroup cgroup = CGROUP_INIT;
	int r = cgroup_open(host, plan->path, &cgroup, err);

	if (r == 0)
		r = host->layout == CGROUP_LAYOUT_V2 ? enable_v2(host, plan, err)
						     : join_hierarchies(host, plan, &cgroup, err);
	cgroup_close(&cgroup);
	if (r == 0)
		r = cgroup_open(host, plan->path, &cgroup, err);
	return r < 0 ? r : apply_twice(host, plan, &cgroup, err);
}
