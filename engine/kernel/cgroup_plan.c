/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include <stdlib.h>

void cgroup_plan_release(struct cgroup_plan *plan)
{
	for (size_t i = 0; i < plan->write_count; i++) {
		free(plan->writes[i].value);
		free(plan->writes[i].name);
		free(plan->writes[i].other_value);
	}
	free(plan->writes);
	free(plan->path);
	*plan = (struct cgroup_plan) { 0 };
}

int cgroup_plan_add(struct cgroup_plan *plan, enum cgroup_controller controller, const char *file,
		    char *value, struct containr_error *err)
{
	if (!value)
		return fail_oom(err);
	if (plan->write_count == plan->write_cap) {
		size_t cap = plan->write_cap ? plan->write_cap * 2 : 16;
		struct cgroup_write *writes = reallocarray(plan->writes, cap, sizeof(*writes));

		if (!writes) {
			free(value);
			return fail_oom(err);
		}
		plan->writes = writes;
		plan->write_cap = cap;
	}
	plan->writes[plan->write_count++] =
		(struct cgroup_write) { .controller = controller, .file = file, .value = value };
	return 0;
}

int cgroup_plan_add_named(struct cgroup_plan *plan, enum cgroup_controller controller, char *name,
			  char *value, struct containr_error *err)
{
	int r;

	if (!name) {
		free(value);
		return fail_oom(err);
	}
	r = cgroup_plan_add(plan, controller, name, value, err);
	if (r < 0)
		free(name);
	else
		plan->writes[plan->write_count - 1].name = name;
	return r;
}

int cgroup_plan_add_other(struct cgroup_plan *plan, const char *file, char *value,
			  struct containr_error *err)
{
	struct cgroup_write *last = &plan->writes[plan->write_count - 1];

	last->other_file = file;
	last->other_value = value;
	return value ? 0 : fail_oom(err);
}
