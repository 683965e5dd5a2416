/* SPDX-License-Identifier: MIT */
#include "base/fs.h"

#include "temp_dir.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static size_t count_entries(const struct temp_dir *dir)
{
	autoclosedir DIR *entries = opendir(dir->path);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(entries);
	while ((entry = readdir(entries)))
		count += entry->d_name[0] != '.';
	return count;
}

static void a_file_is_appended_whole(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;
	autostr out = STR_INIT;

	temp_dir_put(dir, "a", "one");
	temp_dir_put(dir, "empty", "");
	assert_int_equal(fs_read_file(dir->fd, "empty", 10, &out, &err), 0);
	assert_string_equal(out.data, "");
	assert_int_equal(fs_read_file(dir->fd, "a", 10, &out, &err), 0);
	assert_int_equal(fs_read_file(dir->fd, "a", 3, &out, &err), 0);
	assert_string_equal(out.data, "oneone");
}

static void a_file_of_no_size_is_read_too(void **state)
{
	struct containr_error err;
	autostr out = STR_INIT;

	(void)state;
	assert_int_equal(fs_read_file(AT_FDCWD, "/proc/self/status", 1 << 20, &out, &err), 0);
	assert_memory_equal(out.data, "Name:", 5);
}

static void a_file_that_is_too_large_or_missing_is_told(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;
	autostr out = STR_INIT;

	temp_dir_put(dir, "a", "four");
	assert_int_equal(fs_read_file(dir->fd, "a", 3, &out, &err), -CONTAINR_E_IO);
	assert_string_equal(err.message, "'a' is larger than 3 bytes");
	assert_int_equal(fs_read_file(dir->fd, "b", 3, &out, &err), -CONTAINR_E_IO);
	assert_int_equal(err.sys_errno, ENOENT);
}

static void replacing_changes_all_at_once(void **state)
{
	static const enum fs_durability ways[] = { FS_VOLATILE, FS_DURABLE };
	struct temp_dir *dir = *state;
	struct containr_error err;
	struct stat info;

	temp_dir_put(dir, "a", "old and longer");
	for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
		autoclose int reader = openat(dir->fd, "a", O_RDONLY | O_CLOEXEC);
		char before[32] = { 0 };
		autostr out = STR_INIT;

		assert_int_equal(fs_replace_file(dir->fd, "a", "new", 3, 0600, ways[i], &err), 0);
		assert_int_equal(fs_read_file(dir->fd, "a", 10, &out, &err), 0);
		assert_string_equal(out.data, "new");
		/* who has the old file open still reads the old one */
		assert_true(read(reader, before, sizeof(before) - 1) > 0);
		assert_string_equal(before, i ? "new" : "old and longer");
	}
	assert_int_equal(fstatat(dir->fd, "a", &info, 0), 0);
	assert_int_equal(info.st_mode & 07777, 0600);
	assert_int_equal(count_entries(dir), 1);
}

static void a_replacement_that_fails_leaves_nothing(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;

	assert_int_equal(mkdirat(dir->fd, "folder", 0755), 0);
	assert_int_equal(fs_replace_file(dir->fd, "folder", "x", 1, 0644, FS_VOLATILE, &err),
			 -CONTAINR_E_IO);
	assert_int_equal(fs_replace_file(dir->fd, "none/x", "x", 1, 0644, FS_VOLATILE, &err),
			 -CONTAINR_E_IO);
	assert_int_equal(err.sys_errno, ENOENT);
	assert_int_equal(count_entries(dir), 1);
}

static void folders_are_made_with_what_is_above_them(void **state)
{
	struct temp_dir *dir = *state;
	struct containr_error err;
	autoclose int fd = -1;

	assert_int_equal(fs_make_dirs(dir->fd, "a/b//c/", 0755, &err), 0);
	assert_int_equal(fs_make_dirs(dir->fd, "a/b/c", 0755, &err), 0);
	assert_int_equal(fs_open_dir(dir->fd, "a/b/c", &fd, &err), 0);
	temp_dir_put(dir, "file", "");
	assert_int_equal(fs_make_dirs(dir->fd, "file/x", 0755, &err), -CONTAINR_E_IO);
	assert_int_equal(fs_open_dir(dir->fd, "file", &fd, &err), -CONTAINR_E_IO);
}

static void random_digits_differ(void **state)
{
	struct containr_error err;
	char one[65];
	char two[65];

	(void)state;
	assert_int_equal(fs_random_hex(32, one, &err), 0);
	assert_int_equal(fs_random_hex(32, two, &err), 0);
	assert_int_equal(strspn(one, "0123456789abcdef"), 64);
	assert_string_not_equal(one, two);
}

#define FS_TEST(test) cmocka_unit_test_setup_teardown(test, temp_dir_make, temp_dir_remove)

int main(void)
{
	const struct CMUnitTest tests[] = {
		FS_TEST(a_file_is_appended_whole),
		FS_TEST(a_file_of_no_size_is_read_too),
		FS_TEST(a_file_that_is_too_large_or_missing_is_told),
		FS_TEST(replacing_changes_all_at_once),
		FS_TEST(a_replacement_that_fails_leaves_nothing),
		FS_TEST(folders_are_made_with_what_is_above_them),
		cmocka_unit_test(random_digits_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
