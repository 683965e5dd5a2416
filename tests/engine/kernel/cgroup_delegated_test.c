/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/fs.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

/* A tree of plain folders and files that looks like /sys/fs/cgroup. */
#define USER 12345

static char tree[64];

static void give(const char *path, uid_t owner)
{
	if (geteuid() == 0)
		assert_int_equal(chown(path, owner, owner), 0);
	else if (owner != USER)
		assert_int_equal(chmod(path, 0555), 0);
}

static void make_cgroup(const char *path, uid_t owner)
{
	static const char *const files[] = { "cgroup.procs", "cgroup.subtree_control" };
	char full[256];

	(void)snprintf(full, sizeof(full), "%s%s", tree, path);
	assert_int_equal(mkdir(full, 0755), 0);
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		int fd;

		(void)snprintf(full, sizeof(full), "%s%s/%s", tree, path, files[i]);
		fd = openat(AT_FDCWD, full, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
		assert_true(fd >= 0);
		(void)close(fd);
		give(full, owner);
	}
}

static void give_folder(const char *path, uid_t owner)
{
	char full[256];

	(void)snprintf(full, sizeof(full), "%s%s", tree, path);
	give(full, owner);
}

/* As systemd makes them for somebody who is logged in. */
static int make_tree(void **state)
{
	static const struct {
		const char *path;
		uid_t owner;
	} cgroups[] = {
		{ "/user.slice", 0 },
		{ "/user.slice/user.slice", 0 },
		{ "/user.slice/user.slice/session.scope", 0 },
		{ "/user.slice/user.slice/manager", USER },
		{ "/user.slice/user.slice/manager/app.slice", USER },
		{ "/user.slice/user.slice/manager/app.slice/a.scope", USER },
		{ "/user.slice/user.slice/manager/app.slice/a.scope/roots", 0 },
		{ "/user.slice/user.slice/manager/app.slice/a.scope/roots/mine", USER },
	};

	(void)state;
	(void)snprintf(tree, sizeof(tree), "/tmp/cgroup-delegated-XXXXXX");
	assert_non_null(mkdtemp(tree));
	assert_int_equal(chmod(tree, 0755), 0);
	for (size_t i = 0; i < ARRAY_LEN(cgroups); i++)
		make_cgroup(cgroups[i].path, cgroups[i].owner);
	for (size_t i = ARRAY_LEN(cgroups); i-- > 0;)
		give_folder(cgroups[i].path, cgroups[i].owner);
	return 0;
}

static int remove_tree(void **state)
{
	struct containr_error err;

	(void)state;
	return fs_remove_tree(AT_FDCWD, tree, &err);
}

/* What an ordinary user finds; "none" for nothing. */
static void place_is(const char *own, const char *expected)
{
	char place[CGROUP_PLACE_SIZE] = "";
	char found[CGROUP_PLACE_SIZE] = "";
	int ends[2];
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		const char *text = "none";

		if (geteuid() == 0 && setuid(USER) < 0)
			_exit(1);
		if (cgroup_find_delegated(tree, own, place))
			text = *place ? place : "all";
		_exit(write(ends[1], text, strlen(text)) < 0);
	}
	(void)close(ends[1]);
	assert_true(read(ends[0], found, sizeof(found) - 1) > 0);
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_string_equal(found, expected);
}

#define MANAGER "/user.slice/user.slice/manager"

static void highest_cgroup_that_is_the_users_is_found(void **state)
{
	(void)state;
	place_is("0::" MANAGER "/app.slice/a.scope\n", MANAGER);
	place_is("0::" MANAGER "/app.slice\n", MANAGER);
	place_is("0::" MANAGER "\n", MANAGER);
}

static void own_cgroup_of_root_is_not_delegated(void **state)
{
	(void)state;
	place_is("0::/user.slice/user.slice/session.scope\n", "none");
	place_is("0::/\n", "none");
	place_is("0::/no/such\n", "none");
}

/* Moving a process there from below would need the one in between. */
static void search_ends_at_the_first_that_is_not_the_users(void **state)
{
	(void)state;
	place_is("0::" MANAGER "/app.slice/a.scope/roots/mine\n",
		 MANAGER "/app.slice/a.scope/roots/mine");
}

static void only_the_line_of_the_unified_hierarchy_counts(void **state)
{
	(void)state;
	place_is("3:memory:/elsewhere\n1:name=systemd:/a\n0::" MANAGER "\n", MANAGER);
	place_is("3:memory:" MANAGER "\n", "none");
	place_is("10::" MANAGER "\n", "none");
	place_is("", "none");
}

static void every_one_of_the_three_must_be_writable(void **state)
{
	static const char *const files[] = { "", "/cgroup.procs", "/cgroup.subtree_control" };
	char full[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		(void)snprintf(full, sizeof(full), "%s" MANAGER "%s", tree, files[i]);
		assert_int_equal(chmod(full, 0555), 0);
		place_is("0::" MANAGER "/app.slice\n", MANAGER "/app.slice");
		assert_int_equal(chmod(full, 0755), 0);
	}
	place_is("0::" MANAGER "/app.slice\n", MANAGER);
}

static void controllers_are_enabled_from_the_place_down(void **state)
{
	struct cgroup_host host = { .layout = CGROUP_LAYOUT_V2, .place = "/a/b" };
	const struct cgroup_host whole = { .layout = CGROUP_LAYOUT_V2 };

	(void)state;
	assert_string_equal(cgroup_below_place(&host, "/a/b/containr/x"), "/containr/x");
	assert_string_equal(cgroup_below_place(&host, "/a/bc/x"), "/x");
	assert_string_equal(cgroup_below_place(&host, "/c/d/x"), "/x");
	assert_string_equal(cgroup_below_place(&whole, "/c/d/x"), "/c/d/x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(highest_cgroup_that_is_the_users_is_found),
		cmocka_unit_test(own_cgroup_of_root_is_not_delegated),
		cmocka_unit_test(search_ends_at_the_first_that_is_not_the_users),
		cmocka_unit_test(only_the_line_of_the_unified_hierarchy_counts),
		cmocka_unit_test(every_one_of_the_three_must_be_writable),
		cmocka_unit_test(controllers_are_enabled_from_the_place_down),
	};

	return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
