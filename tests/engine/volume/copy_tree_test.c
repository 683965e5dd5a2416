/* SPDX-License-Identifier: MIT */
#include "volume/copy_tree.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "base/fs_size.h"
#include "base/str.h"
#include "engine/base/temp_dir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static int open_folder(const struct temp_dir *dir, const char *path)
{
	struct containr_error err;
	int fd = -1;

	if (fs_make_dirs(dir->fd, path, 0755, &err) < 0 ||
	    fs_open_dir(dir->fd, path, &fd, &err) < 0)
		fail_msg("%s", err.message);
	return fd;
}

static void a_tree_is_copied_with_all_that_belongs_to_it(void **state)
{
	const struct temp_dir *dir = *state;
	autoclose int from = open_folder(dir, "from/a/b");
	autoclose int top = open_folder(dir, "from");
	autoclose int to = open_folder(dir, "to");
	autostr text = STR_INIT;
	struct containr_error err;
	struct stat info;
	char link[32] = "";
	int64_t bytes = 0;

	temp_dir_put(dir, "from/a/b/file", "content");
	temp_dir_put(dir, "from/empty", "");
	assert_int_equal(fchmodat(from, "file", 0640, 0), 0);
	assert_int_equal(fchmod(top, 01777), 0);
	assert_int_equal(symlinkat("/etc/passwd", top, "link"), 0);
	assert_int_equal(mkfifoat(top, "fifo", 0600), 0);
	assert_int_equal(copy_tree(top, to, &err), 0);
	assert_int_equal(fs_read_file(to, "a/b/file", 100, &text, &err), 0);
	assert_string_equal(text.data, "content");
	assert_int_equal(fstatat(to, "a/b/file", &info, 0), 0);
	assert_int_equal(info.st_mode & 07777, 0640);
	assert_int_equal(fstat(to, &info), 0);
	assert_int_equal(info.st_mode & 07777, 01777);
	assert_int_equal(readlinkat(to, "link", link, sizeof(link) - 1), 11);
	assert_string_equal(link, "/etc/passwd");
	assert_int_equal(fstatat(to, "fifo", &info, AT_SYMLINK_NOFOLLOW), 0);
	assert_true(S_ISFIFO(info.st_mode));
	assert_int_equal(fs_size(dir->fd, "to", &bytes, &err), 0);
	assert_int_equal(bytes, 7);
}

static void what_is_there_already_is_not_written_over(void **state)
{
	const struct temp_dir *dir = *state;
	autoclose int from = open_folder(dir, "from");
	autoclose int to = open_folder(dir, "to");
	autostr text = STR_INIT;
	struct containr_error err;

	temp_dir_put(dir, "from/file", "new");
	temp_dir_put(dir, "victim", "old");
	assert_int_equal(symlinkat("../victim", to, "file"), 0);
	assert_int_equal(copy_tree(from, to, &err), -CONTAINR_E_IO);
	assert_string_equal(err.message, "cannot copy 'file' into the volume: File exists");
	assert_int_equal(fs_read_file(dir->fd, "victim", 100, &text, &err), 0);
	assert_string_equal(text.data, "old");
}

static void the_size_of_nothing_is_zero(void **state)
{
	const struct temp_dir *dir = *state;
	struct containr_error err;
	int64_t bytes = 1;

	assert_int_equal(fs_size(dir->fd, "nope", &bytes, &err), 0);
	assert_int_equal(bytes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_tree_is_copied_with_all_that_belongs_to_it,
						temp_dir_make, temp_dir_remove),
		cmocka_unit_test_setup_teardown(what_is_there_already_is_not_written_over,
						temp_dir_make, temp_dir_remove),
		cmocka_unit_test_setup_teardown(the_size_of_nothing_is_zero, temp_dir_make,
						temp_dir_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
