/* SPDX-License-Identifier: MIT */
#include "base/fs.h"

#include "temp_dir.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <cmocka.h>

static bool exists(const struct temp_dir *dir, const char *path)
{
	return faccessat(dir->fd, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void a_tree_goes_with_all_that_is_in_it(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;

	assert_int_equal(fs_make_dirs(dir->fd, "t/a/b", 0755, &err), 0);
	assert_int_equal(fs_make_dirs(dir->fd, "t/c", 0000, &err), 0);
	temp_dir_put(dir, "t/a/file", "x");
	temp_dir_put(dir, "t/a/b/file", "x");
	assert_int_equal(mkfifoat(dir->fd, "t/pipe", 0600), 0);
	assert_int_equal(fs_remove_tree(dir->fd, "t", &err), 0);
	assert_false(exists(dir, "t"));
}

static void a_file_a_link_and_nothing_are_trees(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;

	temp_dir_put(dir, "file", "x");
	assert_int_equal(symlinkat("file", dir->fd, "link"), 0);
	assert_int_equal(fs_remove_tree(dir->fd, "link", &err), 0);
	assert_true(exists(dir, "file"));
	assert_int_equal(fs_remove_tree(dir->fd, "file", &err), 0);
	assert_int_equal(fs_remove_tree(dir->fd, "file", &err), 0);
	assert_int_equal(fs_remove_tree(dir->fd, "none/file", &err), 0);
}

static void links_are_never_followed(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;

	assert_int_equal(fs_make_dirs(dir->fd, "outside", 0755, &err), 0);
	assert_int_equal(fs_make_dirs(dir->fd, "t/a", 0755, &err), 0);
	temp_dir_put(dir, "outside/file", "x");
	assert_int_equal(symlinkat("../../outside", dir->fd, "t/a/link"), 0);
	assert_int_equal(symlinkat(dir->path, dir->fd, "t/absolute"), 0);
	assert_int_equal(fs_remove_tree(dir->fd, "t", &err), 0);
	assert_true(exists(dir, "outside/file"));
}

/* Deeper than paths may be long and than descriptors should be open. */
static void depth_has_no_bound(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;
	autoclose int at = -1;

	assert_int_equal(mkdirat(dir->fd, "t", 0755), 0);
	at = openat(dir->fd, "t", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int depth = 0; depth < 3000; depth++) {
		int next;

		assert_int_equal(mkdirat(at, "d", 0755), 0);
		if (depth % 100 == 0)
			assert_int_equal(mkdirat(at, "e", 0755), 0);
		next = openat(at, "d", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		assert_true(next >= 0);
		(void)close(at);
		at = next;
	}
	assert_int_equal(fs_remove_tree(dir->fd, "t", &err), 0);
	assert_false(exists(dir, "t"));
}

/* In a mount namespace of its own: binds @source to @target, removes @tree; 0, or what went wrong.
 */
static int remove_with_mount(const struct temp_dir *dir, const char *source, const char *target,
			     const char *tree)
{
	struct containr_error err;

	/* by its path: the descriptor belongs to the mounts of the old namespace */
	if (unshare(CLONE_NEWNS) < 0 || chdir(dir->path) < 0 ||
	    mount(NULL, "/", NULL, MS_PRIVATE | MS_REC, NULL) < 0)
		return 77;
	if (mount(source, target, NULL, MS_BIND, NULL) < 0)
		return 77;
	if (fs_remove_tree(AT_FDCWD, tree, &err) != -CONTAINR_E_IO)
		return 1;
	return err.sys_errno == EBUSY ? 0 : 2;
}

static void assert_mount_is_kept(const struct temp_dir *dir, const char *target)
{
	int status;
	pid_t pid;

	temp_dir_put(dir, "outside/file", "x");
	pid = fork();
	if (pid == 0)
		_exit(remove_with_mount(dir, "outside", target, "t"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_true(exists(dir, "outside/file"));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* Of the same file system, which a device number does not tell from the rest. */
static void what_is_mounted_inside_is_kept(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;

	assert_int_equal(fs_make_dirs(dir->fd, "t/a/mount", 0755, &err), 0);
	assert_int_equal(fs_make_dirs(dir->fd, "outside", 0755, &err), 0);
	assert_mount_is_kept(dir, "t/a/mount");
}

static void what_is_mounted_on_the_tree_is_kept(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;

	assert_int_equal(fs_make_dirs(dir->fd, "t", 0755, &err), 0);
	assert_int_equal(fs_make_dirs(dir->fd, "outside", 0755, &err), 0);
	assert_mount_is_kept(dir, "t");
}

#define TREE_TEST(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TREE_TEST(a_tree_goes_with_all_that_is_in_it),
		TREE_TEST(a_file_a_link_and_nothing_are_trees),
		TREE_TEST(links_are_never_followed),
		TREE_TEST(depth_has_no_bound),
		TREE_TEST(what_is_mounted_inside_is_kept),
		TREE_TEST(what_is_mounted_on_the_tree_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
