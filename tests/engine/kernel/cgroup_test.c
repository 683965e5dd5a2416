/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* What is created here is below /containr-test-PID of whatever hierarchies the host has. */
static struct cgroup_host host;
static char top[64];

static void use_path(struct cgroup_plan *plan, const char *name)
{
	assert_true(asprintf(&plan->path, "%s%s", top, name) > 0);
}

/* The folder in a hierarchy, as this test finds it. */
static char *folder_of(enum cgroup_controller controller, const char *name)
{
	char *path = NULL;

	if (host.layout == CGROUP_LAYOUT_V2)
		assert_true(asprintf(&path, "/sys/fs/cgroup%s%s", top, name) > 0);
	else
		assert_true(asprintf(&path, "/sys/fs/cgroup/%s%s%s",
				     cgroup_controller_name(controller), top, name) > 0);
	return path;
}

static bool is_there(enum cgroup_controller controller, const char *name)
{
	autofree char *path = folder_of(controller, name);

	return access(path, F_OK) == 0;
}

static bool has_pids(void)
{
	return (host.layout == CGROUP_LAYOUT_V2 ? host.v2 : host.v1) & CGROUP_BIT(CGROUP_PIDS);
}

/* A plan for the pids controller, and on hybrid hosts the unified hierarchy too. */
static void make_plan(struct cgroup_plan *plan, const char *name)
{
	*plan = (struct cgroup_plan) { 0 };
	use_path(plan, name);
	if (host.layout == CGROUP_LAYOUT_V2) {
		plan->used = CGROUP_BIT(CGROUP_UNIFIED);
		plan->v2_enable = CGROUP_BIT(CGROUP_PIDS);
	} else {
		plan->used = CGROUP_BIT(CGROUP_PIDS);
		if (host.layout == CGROUP_LAYOUT_HYBRID)
			plan->used |= CGROUP_BIT(CGROUP_UNIFIED);
	}
}

static void remove_all(const char *name)
{
	autofree char *path = NULL;
	struct containr_error err;

	assert_true(asprintf(&path, "%s%s", top, name) > 0);
	if (cgroup_remove(&host, path, &err) < 0)
		fail_msg("%s", err.message);
}

/* Not what cgroup_host_probe() looks at: the kernel's list of mounts. */
static unsigned int mounted_hierarchies(bool *ret_unified)
{
	FILE *mounts = fopen("/proc/self/mounts", "re");
	char line[1024];
	unsigned int found = 0;

	assert_non_null(mounts);
	*ret_unified = false;
	while (fgets(line, sizeof(line), mounts)) {
		char place[256];
		char type[64];

		if (sscanf(line, "%*s %255s %63s", place, type) != 2)
			continue;
		if (strcmp(type, "cgroup2") == 0 && str_starts_with(place, "/sys/fs/cgroup"))
			*ret_unified = true;
		for (int i = 0; i < CGROUP_UNIFIED; i++) {
			char wanted[64];

			(void)snprintf(wanted, sizeof(wanted), "/sys/fs/cgroup/%s",
				       cgroup_controller_name((enum cgroup_controller)i));
			if (strcmp(type, "cgroup") == 0 && strcmp(place, wanted) == 0)
				found |= CGROUP_BIT(i);
		}
	}
	(void)fclose(mounts);
	return found;
}

static void layout_is_what_is_mounted(void **state)
{
	struct cgroup_host probed;
	bool unified;
	unsigned int v1 = mounted_hierarchies(&unified);

	(void)state;
	cgroup_host_probe(&probed);
	/* a link such as cpu -> cpu,cpuacct is a hierarchy that has no mount of that name */
	assert_int_equal(probed.v1 & v1, v1);
	assert_int_equal(probed.layout, unified && v1 ? CGROUP_LAYOUT_HYBRID
					: unified     ? CGROUP_LAYOUT_V2
					: v1	      ? CGROUP_LAYOUT_V1
						      : CGROUP_LAYOUT_NONE);
	assert_int_equal(!!(probed.v2 & CGROUP_BIT(CGROUP_UNIFIED)), unified);
}

static void cgroup_is_created_with_its_limits_and_removed(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;
	enum cgroup_controller where =
		host.layout == CGROUP_LAYOUT_V2 ? CGROUP_UNIFIED : CGROUP_PIDS;
	int64_t limit = 0;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/a/b");
	assert_int_equal(cgroup_plan_add(&plan, CGROUP_PIDS, "pids.max", strdup("123"), &err), 0);
	if (cgroup_create(&host, &plan, &cgroup, &err) < 0)
		fail_msg("%s", err.message);
	assert_true(is_there(CGROUP_PIDS, "/a/b"));
	assert_true(cgroup_read_number(&cgroup, where, "pids.max", &limit));
	assert_int_equal(limit, 123);
	assert_false(cgroup_read_number(&cgroup, where, "no.such.file", &limit));
	remove_all("/a/b");
	assert_false(is_there(CGROUP_PIDS, "/a/b"));
	assert_true(is_there(CGROUP_PIDS, "/a"));
	remove_all("/a");
	/* one that is not there is fine */
	remove_all("/a");
	cgroup_plan_release(&plan);
}

static void unlimited_reads_as_the_largest_number(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;
	int64_t limit = 0;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/unlimited");
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err), 0);
	assert_true(cgroup_read_number(
		&cgroup, host.layout == CGROUP_LAYOUT_V2 ? CGROUP_UNIFIED : CGROUP_PIDS, "pids.max",
		&limit));
	assert_true(limit == INT64_MAX);
	remove_all("/unlimited");
	cgroup_plan_release(&plan);
}

static void cgroup_of_somebody_else_is_not_taken_and_not_removed(void **state)
{
	autocgroup first = CGROUP_INIT;
	autocgroup second = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/theirs/inner");
	assert_int_equal(cgroup_create(&host, &plan, &first, &err), 0);
	cgroup_plan_release(&plan);
	make_plan(&plan, "/theirs");
	assert_int_equal(cgroup_create(&host, &plan, &second, &err), -CONTAINR_E_CGROUP_SETUP);
	assert_int_equal(err.sys_errno, EEXIST);
	assert_true(is_there(CGROUP_PIDS, "/theirs/inner"));
	remove_all("/theirs");
	cgroup_plan_release(&plan);
}

static void empty_cgroup_that_was_left_gives_way_with_its_limits(void **state)
{
	autocgroup first = CGROUP_INIT;
	autocgroup second = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;
	enum cgroup_controller where =
		host.layout == CGROUP_LAYOUT_V2 ? CGROUP_UNIFIED : CGROUP_PIDS;
	int64_t limit = 0;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/left");
	assert_int_equal(cgroup_plan_add(&plan, CGROUP_PIDS, "pids.max", strdup("123"), &err), 0);
	assert_int_equal(cgroup_create(&host, &plan, &first, &err), 0);
	cgroup_plan_release(&plan);
	make_plan(&plan, "/left");
	assert_int_equal(cgroup_create(&host, &plan, &second, &err), 0);
	assert_true(cgroup_read_number(&second, where, "pids.max", &limit));
	assert_true(limit == INT64_MAX);
	remove_all("/left");
	cgroup_plan_release(&plan);
}

static void what_was_made_before_somebody_elses_is_taken_back(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	autofree char *theirs = NULL;
	autofree char *inner = NULL;
	struct cgroup_plan plan;
	struct containr_error err;

	(void)state;
	if (host.layout != CGROUP_LAYOUT_HYBRID || !has_pids())
		skip();
	make_plan(&plan, "-half");
	theirs = folder_of(CGROUP_UNIFIED, "-half");
	inner = folder_of(CGROUP_UNIFIED, "-half/inner");
	assert_int_equal(mkdir(theirs, 0755), 0);
	assert_int_equal(mkdir(inner, 0755), 0);
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err), -CONTAINR_E_CGROUP_SETUP);
	assert_false(is_there(CGROUP_PIDS, "-half"));
	assert_true(is_there(CGROUP_UNIFIED, "-half"));
	assert_int_equal(rmdir(inner), 0);
	assert_int_equal(rmdir(theirs), 0);
	cgroup_plan_release(&plan);
}

static void limit_that_the_kernel_refuses_leaves_nothing(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/wrong");
	assert_int_equal(cgroup_plan_add(&plan, CGROUP_PIDS, "pids.max", strdup("many"), &err), 0);
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err),
			 -CONTAINR_E_CGROUP_APPLY_LIMITS);
	assert_string_equal(err.message, "cannot set pids.max to 'many': Invalid argument");
	assert_false(is_there(CGROUP_PIDS, "/wrong"));
	cgroup_plan_release(&plan);
}

/* Enters the cgroup in a child, which then waits to be killed; returns its pid. */
static pid_t enter(const struct cgroup *cgroup)
{
	struct containr_error err;
	int ready[2];
	char byte = 1;
	pid_t pid;

	assert_int_equal(pipe2(ready, 0), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		byte = cgroup_enter_v1(cgroup, &err) == 0 ? 0 : 2;
		if (byte == 0 && cgroup->dirs[CGROUP_UNIFIED] >= 0)
			byte = cgroup_enter_v2(cgroup, getpid(), &err) == 0 ? 0 : 3;
		if (write(ready[1], &byte, 1) == 1)
			(void)pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(byte, 0);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

static void process_that_enters_is_listed_and_killed(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	autostr listed = STR_INIT;
	struct cgroup_plan plan;
	struct containr_error err;
	char wanted[32];
	int status = 0;
	pid_t pid;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/busy");
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err), 0);
	pid = enter(&cgroup);
	(void)snprintf(wanted, sizeof(wanted), "%d\n", (int)pid);
	assert_int_equal(cgroup_read_procs(&host, plan.path, &listed, &err), 0);
	assert_string_equal(listed.data, wanted);
	assert_int_equal(cgroup_kill(&host, plan.path, SIGKILL, &err), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	remove_all("/busy");
	cgroup_plan_release(&plan);
}

/* A frozen process of a v1 hierarchy does not die of SIGKILL before it is thawed. */
static void what_is_frozen_can_be_thawed_and_killed(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;
	pid_t pid;

	(void)state;
	if (!((host.v1 | host.v2) & (CGROUP_BIT(CGROUP_FREEZER) | CGROUP_BIT(CGROUP_UNIFIED))))
		skip();
	make_plan(&plan, "/frozen");
	plan.used |= CGROUP_BIT(CGROUP_FREEZER) & host.v1;
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err), 0);
	pid = enter(&cgroup);
	assert_false(cgroup_is_frozen(&host, plan.path));
	for (int round = 0; round < 2; round++) {
		assert_int_equal(cgroup_freeze(&host, plan.path, true, &err), 0);
		assert_true(cgroup_is_frozen(&host, plan.path));
		assert_int_equal(cgroup_freeze(&host, plan.path, round > 0, &err), 0);
	}
	if (cgroup.dirs[CGROUP_FREEZER] >= 0) {
		int fd = openat(cgroup.dirs[CGROUP_FREEZER], "freezer.state", O_WRONLY | O_CLOEXEC);

		assert_int_equal(write(fd, "FROZEN", 6), 6);
		(void)close(fd);
		assert_true(cgroup_is_frozen(&host, plan.path));
	}
	assert_int_equal(cgroup_kill(&host, plan.path, SIGKILL, &err), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(cgroup_freeze(&host, "/containr-test-none", true, &err),
			 -CONTAINR_E_UNSUPPORTED);
	assert_string_equal(err.message,
			    "cannot freeze cgroup '/containr-test-none': it has no freezer");
	remove_all("/frozen");
	cgroup_plan_release(&plan);
}

static void cgroup_with_a_process_stays(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;
	pid_t pid;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/alive");
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err), 0);
	pid = enter(&cgroup);
	assert_int_equal(cgroup_remove(&host, plan.path, &err), -CONTAINR_E_CGROUP_SETUP);
	assert_int_equal(err.sys_errno, EBUSY);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	remove_all("/alive");
	cgroup_plan_release(&plan);
}

static void cgroups_inside_go_with_it(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	autofree char *one = folder_of(CGROUP_PIDS, "/outer/one");
	autofree char *two = folder_of(CGROUP_PIDS, "/outer/one/two");
	struct cgroup_plan plan;
	struct containr_error err;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/outer");
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err), 0);
	assert_int_equal(mkdir(one, 0755), 0);
	assert_int_equal(mkdir(two, 0755), 0);
	remove_all("/outer");
	assert_false(is_there(CGROUP_PIDS, "/outer"));
	cgroup_plan_release(&plan);
}

/* On a host that has none, so that a mistake here removes nothing. */
static void folder_of_the_host_is_never_removed(void **state)
{
	static const char *const paths[] = { "", "/", "//", "/.", "/..", "/../..", "relative" };
	const struct cgroup_host none = { .layout = CGROUP_LAYOUT_NONE };
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++)
		if (cgroup_remove(&none, paths[i], &err) != -CONTAINR_E_CGROUP_SETUP)
			fail_msg("'%s' is a cgroup to be removed", paths[i]);
	assert_int_equal(cgroup_remove(&none, "/a", &err), 0);
}

static void path_that_is_too_long_is_an_error(void **state)
{
	autocgroup cgroup = CGROUP_INIT;
	struct cgroup_plan plan;
	struct containr_error err;

	(void)state;
	if (!has_pids())
		skip();
	make_plan(&plan, "/x");
	free(plan.path);
	plan.path = calloc(1, 5000);
	assert_non_null(plan.path);
	memset(plan.path, 'a', 4999);
	plan.path[0] = '/';
	assert_int_equal(cgroup_create(&host, &plan, &cgroup, &err), -CONTAINR_E_CGROUP_SETUP);
	cgroup_plan_release(&plan);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(layout_is_what_is_mounted),
		cmocka_unit_test(folder_of_the_host_is_never_removed),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cgroup_is_created_with_its_limits_and_removed),
		cmocka_unit_test(unlimited_reads_as_the_largest_number),
		cmocka_unit_test(cgroup_of_somebody_else_is_not_taken_and_not_removed),
		cmocka_unit_test(empty_cgroup_that_was_left_gives_way_with_its_limits),
		cmocka_unit_test(what_was_made_before_somebody_elses_is_taken_back),
		cmocka_unit_test(limit_that_the_kernel_refuses_leaves_nothing),
		cmocka_unit_test(process_that_enters_is_listed_and_killed),
		cmocka_unit_test(what_is_frozen_can_be_thawed_and_killed),
		cmocka_unit_test(cgroup_with_a_process_stays),
		cmocka_unit_test(cgroups_inside_go_with_it),
		cmocka_unit_test(path_that_is_too_long_is_an_error),
	};
	struct containr_error ignored;
	int failed = cmocka_run_group_tests(plain, NULL, NULL);

	cgroup_host_probe(&host);
	(void)snprintf(top, sizeof(top), "/containr-test-%d", (int)getpid());
	if (geteuid() != 0 || host.layout == CGROUP_LAYOUT_NONE) {
		printf("SKIPPED: needs root and cgroups\n");
		return failed ? failed : 77;
	}
	failed += cmocka_run_group_tests(tests, NULL, NULL);
	if (cgroup_remove(&host, top, &ignored) < 0)
		printf("left behind: %s: %s\n", top, ignored.message);
	return failed;
}
