/* SPDX-License-Identifier: MIT */
#include "volume/references.h"

#include "base/cleanup.h"
#include "engine/base/temp_dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void what_is_written_is_read_again(void **state)
{
	const struct temp_dir *dir = *state;
	autoreferences written = { .container = ID };
	autoreferences got = { 0 };
	struct containr_error err;

	strv_push(&written.volumes, "data");
	strv_push(&written.volumes, "f00d");
	strv_push(&written.anonymous, "f00d");
	assert_int_equal(references_write(dir->fd, &written, &err), 0);
	assert_int_equal(references_read(dir->fd, REFERENCES_FILE, &got, &err), 0);
	assert_string_equal(got.container, ID);
	assert_int_equal(got.volumes.len, 2);
	assert_string_equal(got.volumes.items[0], "data");
	assert_int_equal(got.anonymous.len, 1);
	assert_string_equal(got.anonymous.items[0], "f00d");
	assert_false(got.auto_remove || got.is_doomed);
}

static void a_doomed_one_takes_its_volumes_along(void **state)
{
	const struct temp_dir *dir = *state;
	autoreferences written = { .container = ID };
	autoreferences got = { 0 };
	struct containr_error err;

	assert_int_equal(references_write(dir->fd, &written, &err), 0);
	assert_int_equal(references_doom(dir->fd, &err), 0);
	assert_int_equal(references_read(dir->fd, REFERENCES_FILE, &got, &err), 0);
	assert_true(got.is_doomed);
	assert_false(got.auto_remove);
}

static void no_file_is_no_volume(void **state)
{
	const struct temp_dir *dir = *state;
	autoreferences got = { 0 };
	struct containr_error err;

	assert_int_equal(references_read(dir->fd, REFERENCES_FILE, &got, &err), 0);
	assert_int_equal(got.volumes.len, 0);
	assert_int_equal(references_doom(dir->fd, &err), 0);
}

/* A name becomes part of a path: one that is none is not taken from the file. */
static void hostile_lines_are_left_out(void **state)
{
	const struct temp_dir *dir = *state;
	autoreferences got = { 0 };
	struct containr_error err;

	temp_dir_put(dir, REFERENCES_FILE,
		     "c short\nv ../../etc\na /\nv\nx y\n\nv fine\na a/b\nv ");
	assert_int_equal(references_read(dir->fd, REFERENCES_FILE, &got, &err), 0);
	assert_string_equal(got.container, "");
	assert_int_equal(got.volumes.len, 1);
	assert_string_equal(got.volumes.items[0], "fine");
	assert_int_equal(got.anonymous.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read_again, temp_dir_make,
						temp_dir_remove),
		cmocka_unit_test_setup_teardown(a_doomed_one_takes_its_volumes_along, temp_dir_make,
						temp_dir_remove),
		cmocka_unit_test_setup_teardown(no_file_is_no_volume, temp_dir_make,
						temp_dir_remove),
		cmocka_unit_test_setup_teardown(hostile_lines_are_left_out, temp_dir_make,
						temp_dir_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
