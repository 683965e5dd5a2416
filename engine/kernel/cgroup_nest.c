/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* cgroup.kill is the surest; of v1's, what is frozen with the container comes next. */
static const enum cgroup_controller order[] = { CGROUP_UNIFIED, CGROUP_FREEZER, CGROUP_PIDS };

int cgroup_nest(const char *name, struct cgroup *cgroup, struct containr_error *err)
{
	for (size_t i = 0; i < ARRAY_LEN(order); i++) {
		enum cgroup_controller controller = order[i];
		autoclose int dir = -1;
		autoclose int tasks = -1;

		if (cgroup->dirs[controller] < 0)
			continue;
		if (mkdirat(cgroup->dirs[controller], name, 0755) < 0)
			return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot create cgroup '%s'",
					name);
		dir = openat(cgroup->dirs[controller], name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (dir >= 0 && controller != CGROUP_UNIFIED)
			tasks = openat(dir, "tasks", O_WRONLY | O_CLOEXEC);
		if (dir < 0 || (controller != CGROUP_UNIFIED && tasks < 0)) {
			(void)fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot open cgroup '%s'",
				       name);
			(void)unlinkat(cgroup->dirs[controller], name, AT_REMOVEDIR);
			return -err->code;
		}
		cleanup_close(&cgroup->dirs[controller]);
		cleanup_close(&cgroup->tasks[controller]);
		cgroup->dirs[controller] = steal_fd(&dir);
		cgroup->tasks[controller] = steal_fd(&tasks);
		return 0;
	}
	return fail(err, CONTAINR_E_UNSUPPORTED, "there is no cgroup to create '%s' in", name);
}
