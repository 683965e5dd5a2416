/* SPDX-License-Identifier: MIT */
#include "kernel/resctrl.h"

#include "base/cleanup.h"
#include "resctrl_fake.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *root;

static int make_fake(void **state)
{
	(void)state;
	root = resctrl_fake_make();
	return 0;
}

static int remove_fake(void **state)
{
	(void)state;
	resctrl_fake_remove();
	return 0;
}

/* Chooses and makes the group of a container, and moves process 77 there. */
static int enter(const struct resctrl_wish *wish, const char *id, struct resctrl_group *group,
		 struct containr_error *err)
{
	int r = resctrl_choose(root, wish, id, group, err);

	if (r == 0)
		r = resctrl_make(group, wish, id, err);
	if (r == 0)
		r = resctrl_enter(group, 77, err);
	return r;
}

static void mount_point_is_found_in_mountinfo(void **state)
{
	static const struct {
		const char *text;
		const char *path;
	} cases[] = {
		{ "", NULL },
		{ "24 30 0:22 / /sys rw - sysfs sysfs rw\n", NULL },
		{ "24 30 0:22 / /sys rw - sysfs sysfs rw\n"
		  "36 24 0:32 / /sys/fs/resctrl rw shared:9 - resctrl resctrl rw\n",
		  "/sys/fs/resctrl" },
		{ "36 24 0:32 / /a rw - resctrl resctrl rw", "/a" },
		{ "36 24 0:32 / /resctrl rw - tmpfs resctrl rw\n", NULL },
		{ "36 - resctrl \n", NULL },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autofree char *path = resctrl_parse_mounts(cases[i].text, strlen(cases[i].text));

		if (!cases[i].path != !path || (path && strcmp(path, cases[i].path) != 0))
			fail_msg("%s: %s", cases[i].text, path ? path : "none");
	}
}

static void shares_are_compared_as_numbers(void **state)
{
	static const struct {
		const char *wished;
		const char *shown;
		unsigned long step;
		bool is_same;
	} cases[] = {
		{ "L3:0=ff;1=0f\n", "    L3:0=ff;1=f\n    MB:0=100\n", 0, true },
		{ "L3:1=f", "L3:0=ff;1=f\n", 0, true },
		{ "L3:0=0xff", "L3:0=ff\n", 0, true },
		{ "L3:0=ff", "L3:0=7f\n", 0, false },
		{ "L3:2=ff", "L3:0=ff;1=ff\n", 0, false },
		{ "L2:0=ff", "L3:0=ff\n", 0, false },
		{ "L3:0=1\nL3:0=ff", "L3:0=ff\n", 0, true }, /* the last one was written last */
		{ "MB:0=25", "MB:0=30\n", 10, true },	     /* rounded up by the kernel */
		{ "MB:0=25", "MB:0=40\n", 10, false },
		{ "MB:0=25", "MB:0=20\n", 10, false },
		{ "MB:0=25", "MB:0=30\n", 0, false },
		{ "MB:0=10", "L3:0=10\n", 10, false },
		{ "L3", "L3:0=ff\n", 0, false },
		{ "L3:0", "L3:0=ff\n", 0, false },
		{ "L3:0=ff,1=f", "L3:0=ff;1=f\n", 0, false },
		{ "L3:0=", "L3:0=0\n", 0, false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		if (resctrl_is_same(cases[i].wished, cases[i].shown, cases[i].step) !=
		    cases[i].is_same)
			fail_msg("'%s' and '%s'", cases[i].wished, cases[i].shown);
}

static void container_without_a_name_gets_a_group_of_its_own(void **state)
{
	char bandwidth[] = "MB:0=20";
	char l3[] = "MB:0=90\nL3:0=f";
	const struct resctrl_wish wish = { .is_set = true,
					   .l3_cache = l3,
					   .memory_bandwidth = bandwidth };
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	struct containr_error err;

	(void)state;
	assert_int_equal(enter(&wish, "c1", &group, &err), 0);
	assert_int_equal(group.owner, RESCTRL_CONTAINER);
	assert_string_equal(resctrl_fake_get("c1/schemata"), "L3:0=f\nMB:0=20\n");
	assert_string_equal(resctrl_fake_get("c1/tasks"), "77");
	assert_int_equal(resctrl_remove(group.path, group.owner, "c1", &err), 0);
	assert_string_equal(resctrl_fake_get("c1/tasks"), "absent");
	assert_int_equal(resctrl_remove(group.path, group.owner, "c1", &err), 0);
	resctrl_close(&group);
}

static void schemata_are_written_last(void **state)
{
	char l3[] = "L3:0=f";
	char l2_line[] = "L2:0=1";
	char l3_line[] = "L3:0=3";
	char *lines[] = { l2_line, l3_line, NULL };
	const struct resctrl_wish wish = { .is_set = true,
					   .l3_cache = l3,
					   .schemata = { .items = lines, .len = 2 } };
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	struct containr_error err;

	(void)state;
	assert_int_equal(enter(&wish, "c1", &group, &err), 0);
	assert_string_equal(resctrl_fake_get("c1/schemata"), "L3:0=f\nL2:0=1\nL3:0=3\n");
	resctrl_close(&group);
}

static void shared_group_goes_with_its_last_process(void **state)
{
	char name[] = "gold";
	char l3[] = "L3:0=0f";
	const struct resctrl_wish wish = { .is_set = true, .group = name, .l3_cache = l3 };
	struct resctrl_group first = RESCTRL_GROUP_INIT;
	struct resctrl_group second = RESCTRL_GROUP_INIT;
	struct containr_error err;

	(void)state;
	assert_int_equal(enter(&wish, "c1", &first, &err), 0);
	assert_int_equal(first.owner, RESCTRL_SHARED);
	assert_int_equal(enter(&wish, "c2", &second, &err), 0);
	assert_int_equal(second.owner, RESCTRL_FOREIGN);
	assert_string_equal(resctrl_fake_get("gold/schemata"), "L3:0=0f\n");
	assert_int_equal(resctrl_remove(second.path, second.owner, "c2", &err), 0);
	assert_int_equal(resctrl_remove(first.path, first.owner, "c1", &err), 0);
	assert_string_equal(resctrl_fake_get("gold/tasks"), "77");
	resctrl_fake_put("gold/tasks", "");
	assert_int_equal(resctrl_remove(first.path, first.owner, "c1", &err), 0);
	assert_string_equal(resctrl_fake_get("gold/tasks"), "absent");
	resctrl_close(&first);
	resctrl_close(&second);
}

static void group_that_is_there_is_not_changed(void **state)
{
	char name[] = "gold";
	char l3[] = "L3:0=ff";
	struct resctrl_wish wish = { .is_set = true, .group = name, .l3_cache = l3 };
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	struct containr_error err;
	autofree char *hint = NULL;
	char path[128];

	(void)state;
	(void)snprintf(path, sizeof(path), "%s/gold", root);
	assert_int_equal(mkdirat(AT_FDCWD, path, 0755), 0);
	resctrl_fake_put("gold/schemata", "    L3:0=f\n");
	assert_int_equal(enter(&wish, "c1", &group, &err), -CONTAINR_E_INVALID_CONFIG);
	assert_string_equal(err.message,
			    "linux.intelRdt: the group 'gold' is there and has other shares");
	assert_true(asprintf(&hint,
			     "see '%s/schemata', or ask for no shares to take those of the "
			     "group",
			     path) > 0);
	assert_string_equal(err.hint, hint);
	assert_string_equal(resctrl_fake_get("gold/tasks"), "");
	wish.l3_cache = NULL;
	assert_int_equal(enter(&wish, "c1", &group, &err), 0);
	assert_string_equal(resctrl_fake_get("gold/tasks"), "77");
	assert_string_equal(resctrl_fake_get("gold/schemata"), "    L3:0=f\n");
	resctrl_close(&group);
}

static void what_cannot_be_had_is_an_error(void **state)
{
	char gone[] = "gone";
	char l3[] = "L3:0=f";
	const struct resctrl_wish wish = { .is_set = true, .group = gone };
	const struct resctrl_wish own = { .is_set = true, .l3_cache = l3 };
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	struct containr_error err;
	autofree char *message = NULL;
	char path[128];

	(void)state;
	assert_int_equal(enter(&wish, "c1", &group, &err), -CONTAINR_E_INVALID_CONFIG);
	assert_string_equal(err.message, "linux.intelRdt.closID: there is no group 'gone', and no "
					 "shares for one");
	assert_int_equal(enter(&own, "info", &group, &err), -CONTAINR_E_INVALID_CONFIG);
	assert_string_equal(err.message, "linux.intelRdt: 'info' cannot be the name of a group");
	(void)snprintf(path, sizeof(path), "%s/c1", root);
	assert_int_equal(mkdirat(AT_FDCWD, path, 0755), 0);
	assert_int_equal(enter(&own, "c1", &group, &err), -CONTAINR_E_CGROUP_SETUP);
	assert_true(asprintf(&message, "linux.intelRdt: '%s' is there already", path) > 0);
	assert_string_equal(err.message, message);
}

/* What the kernel says of shares that it does not take. */
static void refusal_of_the_kernel_is_told(void **state)
{
	char l3[] = "L3:0=f";
	const struct resctrl_wish wish = { .is_set = true, .l3_cache = l3 };
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	struct containr_error err;
	autofree char *message = NULL;

	(void)state;
	resctrl_fake_put("info/last_cmd_status", "out of CLOSIDs\n");
	assert_int_equal(resctrl_choose(root, &wish, "c1", &group, &err), 0);
	assert_int_equal(mkdirat(AT_FDCWD, group.path, 0755), 0);
	assert_int_equal(resctrl_make(&group, &wish, "c1", &err), -CONTAINR_E_CGROUP_APPLY_LIMITS);
	assert_true(asprintf(&message,
			     "linux.intelRdt: cannot set up '%s' (out of CLOSIDs): File "
			     "exists",
			     group.path) > 0);
	assert_string_equal(err.message, message);
	resctrl_close(&group);
}

static void monitored_container_is_counted_apart(void **state)
{
	char name[] = "/";
	const struct resctrl_wish wish = { .is_set = true, .group = name, .monitored = true };
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	struct resctrl_group again = RESCTRL_GROUP_INIT;
	struct containr_error err;
	autofree char *message = NULL;
	char path[128];

	(void)state;
	assert_int_equal(enter(&wish, "c1", &group, &err), -CONTAINR_E_CGROUP_SETUP);
	assert_true(asprintf(&message,
			     "linux.intelRdt.enableMonitoring: cannot make "
			     "'%s/mon_groups/c1': No such file or directory",
			     root) > 0);
	assert_string_equal(err.message, message);
	resctrl_close(&group);
	(void)snprintf(path, sizeof(path), "%s/mon_groups", root);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(enter(&wish, "c1", &group, &err), 0);
	assert_string_equal(group.path, root);
	assert_string_equal(resctrl_fake_get("mon_groups/c1/tasks"), "77");
	assert_string_equal(resctrl_fake_get("schemata"),
			    "    L3:0=fff;1=fff\n    MB:0=100;1=100\n");
	assert_int_equal(resctrl_open(group.path, "c1", &again, &err), 0);
	assert_int_equal(resctrl_enter(&again, 88, &err), 0);
	assert_string_equal(resctrl_fake_get("mon_groups/c1/tasks"), "88");
	assert_int_equal(resctrl_remove(group.path, group.owner, "c1", &err), 0);
	assert_string_equal(resctrl_fake_get("mon_groups/c1/tasks"), "absent");
	assert_string_not_equal(resctrl_fake_get("tasks"), "absent");
	resctrl_close(&group);
	resctrl_close(&again);
}

static void groups_are_locked_until_the_process_is_in(void **state)
{
	char l3[] = "L3:0=f";
	const struct resctrl_wish wish = { .is_set = true, .l3_cache = l3 };
	struct resctrl_group group = RESCTRL_GROUP_INIT;
	autoclose int other = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct containr_error err;

	(void)state;
	assert_int_equal(resctrl_choose(root, &wish, "c1", &group, &err), 0);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(resctrl_make(&group, &wish, "c1", &err), 0);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), -1);
	assert_int_equal(resctrl_enter(&group, 77, &err), 0);
	assert_int_equal(flock(other, LOCK_EX | LOCK_NB), 0);
	resctrl_close(&group);
}

#define FAKE_TEST(name) cmocka_unit_test_setup_teardown(name, make_fake, remove_fake)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mount_point_is_found_in_mountinfo),
		cmocka_unit_test(shares_are_compared_as_numbers),
		FAKE_TEST(container_without_a_name_gets_a_group_of_its_own),
		FAKE_TEST(schemata_are_written_last),
		FAKE_TEST(shared_group_goes_with_its_last_process),
		FAKE_TEST(group_that_is_there_is_not_changed),
		FAKE_TEST(what_cannot_be_had_is_an_error),
		FAKE_TEST(refusal_of_the_kernel_is_told),
		FAKE_TEST(monitored_container_is_counted_apart),
		FAKE_TEST(groups_are_locked_until_the_process_is_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
