/* SPDX-License-Identifier: MIT */
#include "kernel/ns.h"

#include "base/cleanup.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void every_kind_is_found_by_the_name_that_oci_gives_it(void **state)
{
	static const struct {
		const char *name;
		int flag;
	} cases[] = {
		{ "pid", CLONE_NEWPID },       { "network", CLONE_NEWNET },
		{ "mount", CLONE_NEWNS },      { "ipc", CLONE_NEWIPC },
		{ "uts", CLONE_NEWUTS },       { "user", CLONE_NEWUSER },
		{ "cgroup", CLONE_NEWCGROUP }, { "time", NS_NEWTIME },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_non_null(ns_find_oci(cases[i].name));
		assert_int_equal(ns_find_oci(cases[i].name)->flag, cases[i].flag);
	}
	assert_int_equal(ns_kind_count, ARRAY_LEN(cases));
	assert_null(ns_find_oci("net"));
	assert_null(ns_find_oci("mnt"));
	assert_null(ns_find_oci(""));
}

static void every_kind_has_its_file_in_proc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ns_kind_count; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", ns_kinds[i].proc_name);
		/* time namespaces are younger than the oldest kernel that we run on */
		if (ns_kinds[i].flag != NS_NEWTIME)
			assert_int_equal(access(path, F_OK), 0);
	}
}

static void user_is_joined_first_and_mount_last(void **state)
{
	(void)state;
	assert_int_equal(ns_kinds[0].flag, CLONE_NEWUSER);
	assert_int_equal(ns_kinds[ns_kind_count - 1].flag, CLONE_NEWNS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_found_by_the_name_that_oci_gives_it),
		cmocka_unit_test(every_kind_has_its_file_in_proc),
		cmocka_unit_test(user_is_joined_first_and_mount_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
