/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/base/temp_dir.h"

static struct containr *open_engine(const struct temp_dir *temp)
{
	char root[96];
	char runroot[96];
	const struct containr_options options = { .root = root, .runroot = runroot, .log_fd = -1 };
	struct containr *engine = NULL;
	struct containr_error err;

	(void)snprintf(root, sizeof(root), "%s/state/root", temp->path);
	(void)snprintf(runroot, sizeof(runroot), "%s/state/run", temp->path);
	if (containr_open(&options, &engine, &err) < 0)
		fail_msg("%s", err.message);
	return engine;
}

static void first_use_makes_all_folders(void **state)
{
	static const char *const folders[] = {
		"state/root/containers", "state/root/names", "state/root/images",
		"state/root/layers",	 "state/root/tmp",   "state/root/trash",
		"state/run/containers",
	};
	struct temp_dir *temp = *state;

	containr_close(open_engine(temp));
	for (size_t i = 0; i < ARRAY_LEN(folders); i++)
		if (faccessat(temp->fd, folders[i], F_OK, 0) < 0)
			fail_msg("%s is not there", folders[i]);
	containr_close(open_engine(temp));
}

static void first_use_that_was_cut_short_is_made_up_for(void **state)
{
	struct temp_dir *temp = *state;

	assert_int_equal(mkdirat(temp->fd, "state", 0755), 0);
	assert_int_equal(mkdirat(temp->fd, "state/root", 0755), 0);
	assert_int_equal(mkdirat(temp->fd, "state/root/containers", 0755), 0);
	containr_close(open_engine(temp));
	assert_int_equal(faccessat(temp->fd, "state/root/trash", F_OK, 0), 0);
}

static void relative_root_is_made_absolute(void **state)
{
	struct temp_dir *temp = *state;
	const struct containr_options options = { .root = "here/../there",
						  .runroot = "run",
						  .log_fd = -1 };
	struct containr *engine = NULL;
	struct containr_error err;
	char wanted[96];
	autoclose int before = openat(AT_FDCWD, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_int_equal(fchdir(temp->fd), 0);
	assert_int_equal(containr_open(&options, &engine, &err), 0);
	assert_int_equal(fchdir(before), 0);
	(void)snprintf(wanted, sizeof(wanted), "%s/there", temp->path);
	assert_string_equal(engine->root, wanted);
	containr_close(engine);
}

static void root_that_is_a_file_is_an_error(void **state)
{
	struct temp_dir *temp = *state;
	char path[96];
	const struct containr_options options = { .root = path, .runroot = path, .log_fd = -1 };
	struct containr *engine = NULL;
	struct containr_error err;

	temp_dir_put(temp, "file", "");
	(void)snprintf(path, sizeof(path), "%s/file", temp->path);
	assert_int_equal(containr_open(&options, &engine, &err), -CONTAINR_E_IO);
	assert_int_equal(err.sys_errno, ENOTDIR);
	assert_null(engine);
}

static void trash_is_out_of_sight_and_emptied_later(void **state)
{
	struct temp_dir *temp = *state;
	struct containr *engine = open_engine(temp);
	struct containr_error err;
	struct stat info;

	assert_int_equal(mkdirat(temp->fd, "state/root/containers/a", 0755), 0);
	temp_dir_put(temp, "state/root/containers/a/file", "");
	temp_dir_put(temp, "state/root/names/a", "");
	assert_int_equal(store_trash(engine, "containers/a", &err), 0);
	assert_int_equal(store_trash(engine, "names/a", &err), 0);
	assert_true(faccessat(temp->fd, "state/root/containers/a", F_OK, 0) < 0);
	assert_int_equal(fstatat(temp->fd, "state/root/trash", &info, 0), 0);
	assert_true(info.st_nlink > 2); /* one folder lies in it */
	assert_int_equal(store_trash(engine, "containers/a", &err), -CONTAINR_E_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_int_equal(store_empty_trash(engine, &err), 0);
	assert_int_equal(unlinkat(temp->fd, "state/root/trash", AT_REMOVEDIR), 0);
	containr_close(engine);
}

static void temporary_folders_are_ones_own(void **state)
{
	struct temp_dir *temp = *state;
	struct containr *engine = open_engine(temp);
	autofree char *one = NULL;
	autofree char *other = NULL;
	struct containr_error err;
	struct stat info;

	assert_int_equal(store_make_temp(engine, &one, &err), 0);
	assert_int_equal(store_make_temp(engine, &other, &err), 0);
	assert_string_not_equal(one, other);
	assert_int_equal(fstatat(engine->root_fd, one, &info, 0), 0);
	assert_int_equal(info.st_mode & 07777, 0700);
	containr_close(engine);
}

static void lock_is_waited_for_and_freed_by_the_end_of_its_holder(void **state)
{
	struct temp_dir *temp = *state;
	struct containr *engine = open_engine(temp);
	autoclose int fd = -1;
	struct containr_error err;
	int held[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe2(held, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int mine;

		if (store_lock(engine, "tmp/lock", &mine, &err) < 0 || write(held[1], "", 1) != 1)
			_exit(1);
		temp_dir_put(temp, "had-it", "");
		_exit(0);
	}
	assert_int_equal(read(held[0], &byte, 1), 1);
	assert_int_equal(store_lock(engine, "tmp/lock", &fd, &err), 0);
	/* only now has the other one ended */
	assert_int_equal(faccessat(temp->fd, "had-it", F_OK, 0), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	(void)close(held[0]);
	(void)close(held[1]);
	containr_close(engine);
}

#define IN_DIR(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_DIR(first_use_makes_all_folders),
		IN_DIR(first_use_that_was_cut_short_is_made_up_for),
		IN_DIR(relative_root_is_made_absolute),
		IN_DIR(root_that_is_a_file_is_an_error),
		IN_DIR(trash_is_out_of_sight_and_emptied_later),
		IN_DIR(temporary_folders_are_ones_own),
		IN_DIR(lock_is_waited_for_and_freed_by_the_end_of_its_holder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
