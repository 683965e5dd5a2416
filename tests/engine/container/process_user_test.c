/* SPDX-License-Identifier: MIT */
#include "container/process.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "# a comment\n"
			     "broken:x:5\n"
			     "www:x:33:44::/srv:/bin/sh\n"
			     "7:x:77:78::/seven:\n"
			     "nohome:x:50:51:::/bin/sh\n"
			     "huge:x:4294967295:1::/:\n"
			     "last:x:60:61::/last:/bin/sh";
static const char group[] = "root:x:0:\n"
			    "www:x:44:\n"
			    "staff:x:100:www,last\n"
			    "almost:x:101:wwww,ww\n"
			    "disk:x:6:last,www\n";

struct answer {
	int r;
	struct process_user user;
	struct containr_error err;
};

/* Asks inside a root of its own, in a child: who has entered one does not come out again. */
static struct answer ask(const struct temp_dir *root, const struct oci_user *user)
{
	struct answer *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct answer answer;
	pid_t pid;

	assert_true(shared != MAP_FAILED);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (chroot(root->path) < 0 || chdir("/") < 0)
			_exit(1);
		shared->r = process_user_find(user, &shared->user, &shared->err);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &answer.r, 0), pid);
	assert_int_equal(answer.r, 0);
	answer = *shared;
	(void)munmap(shared, sizeof(*shared));
	return answer;
}

static void put_files(const struct temp_dir *root)
{
	if (geteuid() != 0) {
		printf("SKIPPED: needs root\n");
		skip();
	}
	assert_int_equal(mkdirat(root->fd, "etc", 0755), 0);
	temp_dir_put(root, "etc/passwd", passwd);
	temp_dir_put(root, "etc/group", group);
}

struct user_case {
	const char *name;
	uint32_t uid;
	uint32_t gid;
	const char *home;
	const char *groups; /* NULL: not looked at */
};

static void users_are_found_by_name_and_number(void **state)
{
	static const struct user_case cases[] = {
		{ "root", 0, 0, "HOME=/root", "" },
		{ "www", 33, 44, "HOME=/srv", "100 6 " },
		{ "33", 33, 44, "HOME=/srv", NULL },
		{ "www:disk", 33, 6, "HOME=/srv", NULL },
		{ "www:5", 33, 5, "HOME=/srv", NULL },
		{ "1:2", 1, 2, "HOME=/", NULL },
		{ "1000", 1000, 0, "HOME=/", NULL },
		{ "0:disk", 0, 6, "HOME=/root", NULL },
		{ "nohome", 50, 51, "HOME=/", NULL },
		{ "last", 60, 61, "HOME=/last", NULL },
		/* a name of digits only is a name first, as docker reads it */
		{ "4294967294:4294967294", 4294967294, 4294967294, "HOME=/", NULL },
	};
	const struct temp_dir *root = *state;

	put_files(root);
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const struct oci_user wanted = { .name = (char *)(uintptr_t)cases[i].name };
		struct answer got = ask(root, &wanted);
		autostr groups = STR_INIT;

		if (got.r < 0)
			fail_msg("%s: %s", cases[i].name, got.err.message);
		assert_true(got.user.uid == cases[i].uid && got.user.gid == cases[i].gid);
		assert_string_equal(got.user.home, cases[i].home);
		str_append(&groups, "");
		for (size_t k = 0; k < got.user.group_count; k++)
			if (got.user.groups[k] != got.user.gid)
				str_appendf(&groups, "%u ", got.user.groups[k]);
		if (cases[i].groups)
			assert_string_equal(groups.data, cases[i].groups);
	}
}

static void names_that_are_not_there_are_refused(void **state)
{
	static const char *const names[] = { "nosuch", "www:nosuch", "broken",	  "huge",
					     "ww",     "-1",	     "4294967295" };
	const struct temp_dir *root = *state;

	put_files(root);
	for (size_t i = 0; i < ARRAY_LEN(names); i++) {
		const struct oci_user wanted = { .name = (char *)(uintptr_t)names[i] };
		struct answer got = ask(root, &wanted);

		if (got.r != -CONTAINR_E_INVALID_ARGUMENT)
			fail_msg("'%s' became user %u", names[i], got.user.uid);
	}
}

static void ids_without_a_name_are_taken_as_they_are(void **state)
{
	uint32_t extra[] = { 7, 8 };
	const struct oci_user wanted = { .uid = 33, .gid = 9, .groups = extra, .group_count = 2 };
	const struct temp_dir *root = *state;
	struct answer got;

	put_files(root);
	got = ask(root, &wanted);
	assert_int_equal(got.r, 0);
	assert_true(got.user.uid == 33 && got.user.gid == 9);
	assert_int_equal(got.user.group_count, 2);
	assert_true(got.user.groups[0] == 7 && got.user.groups[1] == 8);
	assert_string_equal(got.user.home, "HOME=/srv");
}

static void root_without_files_knows_numbers_only(void **state)
{
	const struct oci_user number = { .name = (char[]) { "5:6" } };
	const struct oci_user name = { .name = (char[]) { "www" } };
	const struct temp_dir *root = *state;
	struct answer got;

	if (geteuid() != 0)
		skip();
	got = ask(root, &number);
	assert_int_equal(got.r, 0);
	assert_true(got.user.uid == 5 && got.user.gid == 6);
	assert_int_equal(ask(root, &name).r, -CONTAINR_E_INVALID_ARGUMENT);
}

static void long_lines_are_passed_over(void **state)
{
	const struct oci_user wanted = { .name = (char[]) { "after" } };
	const struct temp_dir *root = *state;
	autostr text = STR_INIT;
	struct answer got;

	put_files(root);
	for (int i = 0; i < 10000; i++)
		str_append(&text, "x");
	str_append(&text, "after:x:1:1::/:\nafter:x:2:3::/a:\n");
	assert_false(text.failed);
	temp_dir_put(root, "etc/passwd", text.data);
	got = ask(root, &wanted);
	assert_int_equal(got.r, 0);
	assert_true(got.user.uid == 2 && got.user.gid == 3);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(users_are_found_by_name_and_number),
		IN_DIR(names_that_are_not_there_are_refused),
		IN_DIR(ids_without_a_name_are_taken_as_they_are),
		IN_DIR(root_without_files_knows_numbers_only),
		IN_DIR(long_lines_are_passed_over),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
