/* SPDX-License-Identifier: MIT */
#include "volume/volume.h"

#include "base/cleanup.h"
#include "engine/base/temp_dir.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

static struct containr *open_engine(const struct temp_dir *dir)
{
	char root[80];
	char runroot[80];
	const struct containr_options options = {
		.root = root, .runroot = runroot, .libexec = "/nowhere", .log_fd = -1
	};
	struct containr *engine = NULL;
	struct containr_error err;

	(void)snprintf(root, sizeof(root), "%s/root", dir->path);
	(void)snprintf(runroot, sizeof(runroot), "%s/run", dir->path);
	if (containr_open(&options, &engine, &err) < 0)
		fail_msg("%s", err.message);
	return engine;
}

static void names_become_paths_and_are_checked(void **state)
{
	static const char *const bad[] = { "",	  "a",	".",  "..",  "../x",
					   "a/b", "-a", "_a", "a b", "a\n" };
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(volume_name_check(bad[i], &err), -CONTAINR_E_INVALID_ARGUMENT);
	assert_int_equal(volume_name_check("a0", &err), 0);
	assert_int_equal(volume_name_check("My_vol.1-x", &err), 0);
}

static void a_volume_is_what_it_was_made_as(void **state)
{
	struct containr *engine = open_engine(*state);
	const struct containr_volume_spec spec = {
		.name = "data",
		.labels = (const char *const[]) { "a=1", NULL },
		.options = (const char *const[]) { "type=tmpfs", "o=size=1m", NULL },
	};
	autovolume *volume = NULL;
	struct containr_error err;

	assert_int_equal(containr_volume_create(engine, &spec, &volume, &err), 0);
	assert_string_equal(volume->name, "data");
	assert_string_equal(volume->labels[0], "a=1");
	assert_string_equal(volume_option(volume, "type"), "tmpfs");
	assert_string_equal(volume_option(volume, "o"), "size=1m");
	assert_string_equal(volume_option(volume, "device"), "");
	assert_false(volume->is_anonymous);
	assert_int_equal(containr_volume_remove(engine, "data", &err), 0);
	assert_int_equal(containr_volume_remove(engine, "data", &err),
			 -CONTAINR_E_VOLUME_NOT_FOUND);
	containr_close(engine);
}

/* The record makes it a volume: a folder without one is what a killed maker left. */
static void a_half_made_volume_is_none_and_is_completed(void **state)
{
	struct containr *engine = open_engine(*state);
	const struct containr_volume_spec spec = { .name = "half" };
	struct containr_volume **list = NULL;
	autovolume *volume = NULL;
	struct containr_error err;
	size_t count = 1;

	assert_int_equal(mkdirat(engine->root_fd, "volumes", 0711), 0);
	assert_int_equal(mkdirat(engine->root_fd, "volumes/half", 0711), 0);
	assert_int_equal(containr_volume_list(engine, &list, &count, &err), 0);
	assert_int_equal(count, 0);
	assert_int_equal(containr_volume_inspect(engine, "half", &volume, &err),
			 -CONTAINR_E_VOLUME_NOT_FOUND);
	assert_int_equal(containr_volume_create(engine, &spec, &volume, &err), 0);
	assert_int_equal(containr_volume_list(engine, &list, &count, &err), 0);
	assert_int_equal(count, 1);
	containr_volume_list_free(list, count);
	containr_close(engine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_become_paths_and_are_checked),
		cmocka_unit_test_setup_teardown(a_volume_is_what_it_was_made_as, temp_dir_make,
						temp_dir_remove),
		cmocka_unit_test_setup_teardown(a_half_made_volume_is_none_and_is_completed,
						temp_dir_make, temp_dir_remove),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
