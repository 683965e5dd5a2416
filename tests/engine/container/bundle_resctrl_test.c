/* SPDX-License-Identifier: MIT */
#include "container/bundle_resctrl.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "engine/kernel/resctrl_fake.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Containers whose host has a file system resctrl; to make one needs root. */

int __wrap_resctrl_find(char **ret_root, struct containr_error *err);

static const char *root;
static char folder[] = "/tmp/containr-bundle-XXXXXX";
static const struct log quiet_log = { .fd = -1 };

int __wrap_resctrl_find(char **ret_root, struct containr_error *err)
{
	*ret_root = strdup(root);
	return *ret_root ? 0 : fail_oom(err);
}

static void put_config(const char *program, const char *wish)
{
	char path[64];
	char text[1024];
	struct containr_error err;
	int len =
		snprintf(text, sizeof(text),
			 "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"/usr\"}, \"process\": "
			 "{\"cwd\": \"/\", \"args\": [\"%s\", \"1000\"], \"user\": "
			 "{\"uid\": 0, \"gid\": 0}}, \"linux\": {\"namespaces\": [{\"type\": "
			 "\"mount\"}, {\"type\": \"pid\"}], \"cgroupsPath\": "
			 "\"/containr/resctrl-test-%d\", \"intelRdt\": %s}}",
			 program, (int)getpid(), wish);

	(void)snprintf(path, sizeof(path), "%s/config.json", folder);
	assert_int_equal(
		fs_replace_file(AT_FDCWD, path, text, (size_t)len, 0600, FS_VOLATILE, &err), 0);
}

static int create(const char *id, struct containr_error *err)
{
	const struct bundle_options options = { .root_path = folder,
						.bundle_path = folder,
						.log = &quiet_log };

	return bundle_create(id, &options, err);
}

static int make_all(void **state)
{
	(void)state;
	root = resctrl_fake_make();
	return 0;
}

static int remove_all(void **state)
{
	(void)state;
	resctrl_fake_remove();
	return 0;
}

static void first_process_is_in_the_group_until_delete(void **state)
{
	struct containr_error err;
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	char pid[16];

	(void)state;
	put_config("/bin/sleep", "{\"l3CacheSchema\": \"L3:0=f\", \"enableMonitoring\": true}");
	if (create("c1", &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(bundle_open(folder, "c1", &quiet_log, &bundle, &err), 0);
	(void)snprintf(pid, sizeof(pid), "%d", (int)bundle.state.pid);
	assert_string_equal(resctrl_fake_get("c1/tasks"), pid);
	assert_string_equal(resctrl_fake_get("c1/mon_groups/c1/tasks"), pid);
	assert_string_equal(resctrl_fake_get("c1/schemata"), "L3:0=f\n");
	/* as exec does before it clones */
	resctrl_fake_put("c1/tasks", "");
	assert_int_equal(bundle_resctrl_join(&bundle, &err), 0);
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	assert_string_equal(resctrl_fake_get("c1/tasks"), pid);
	if (bundle_delete(&bundle, true, &err) < 0)
		fail_msg("%s", err.message);
	assert_string_equal(resctrl_fake_get("c1/tasks"), "absent");
}

static void nothing_is_left_of_a_container_that_could_not_be_made(void **state)
{
	struct containr_error err;
	char path[64];

	(void)state;
	put_config("/bin/sleep", "{\"closID\": \"gold\"}");
	assert_int_equal(create("c2", &err), -CONTAINR_E_INVALID_CONFIG);
	assert_string_equal(err.message, "linux.intelRdt.closID: there is no group 'gold', and no "
					 "shares for one");
	put_config("/none", "{\"schemata\": [\"L3:0=f\"], \"enableMonitoring\": true}");
	assert_int_equal(create("c2", &err), -CONTAINR_E_COMMAND_NOT_FOUND);
	(void)snprintf(path, sizeof(path), "%s/c2", folder);
	assert_int_equal(access(path, F_OK), -1);
	assert_string_equal(resctrl_fake_get("c2/tasks"), "absent");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(first_process_is_in_the_group_until_delete,
						make_all, remove_all),
		cmocka_unit_test_setup_teardown(
			nothing_is_left_of_a_container_that_could_not_be_made, make_all,
			remove_all),
	};
	struct containr_error err;
	int r;

	if (geteuid() != 0) {
		(void)puts("skipped: needs root");
		return 77;
	}
	if (!mkdtemp(folder))
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	error_ignore(fs_remove_tree(AT_FDCWD, folder, &err));
	return r;
}
