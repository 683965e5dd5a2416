/* SPDX-License-Identifier: MIT */
#include "kernel/device_filter.h"

#include "base/cleanup.h"
#include "kernel/cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define READ DEVICE_READ
#define WRITE DEVICE_WRITE
#define MKNOD DEVICE_MKNOD
#define ALL (DEVICE_READ | DEVICE_WRITE | DEVICE_MKNOD)

static void rules_are_written_as_the_v1_controller_reads_them(void **state)
{
	static const struct {
		struct device_rule rule;
		const char *text;
	} cases[] = {
		{ { true, 'a', -1, -1, ALL }, "a" },
		{ { true, 'c', 1, 3, ALL }, "c 1:3 rwm" },
		{ { true, 'c', -1, -1, MKNOD }, "c *:* m" },
		{ { false, 'b', 8, -1, WRITE }, "b 8:* w" },
		{ { true, 'c', -1, 3, READ | MKNOD }, "c *:3 rm" },
		{ { true, 'b', 4294967295, 4294967295, READ | WRITE },
		  "b 4294967295:4294967295 rw" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		char text[80];

		device_rule_format(&cases[i].rule, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
	}
}

/* What a process in the cgroup may do with the devices 1:3 (null), 1:5 (zero) and a block device. */
enum {
	NULL_READ = 1 << 0,
	NULL_WRITE = 1 << 1,
	NULL_MKNOD = 1 << 2,
	ZERO_READ = 1 << 3,
	BLOCK_MKNOD = 1 << 4,
};

static int may_open(const char *path, int flags)
{
	int fd = openat(AT_FDCWD, path, flags | O_CLOEXEC);

	if (fd >= 0)
		(void)close(fd);
	return fd >= 0;
}

static int may_make(const char *path, mode_t type, unsigned int major, unsigned int minor)
{
	bool refused = mknod(path, type | 0600, makedev(major, minor)) < 0 && errno == EPERM;

	(void)unlink(path);
	return !refused;
}

static int what_may_be_done(const char *folder)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "%s/node", folder);
	return may_open("/dev/null", O_RDONLY) * NULL_READ |
	       may_open("/dev/null", O_WRONLY) * NULL_WRITE |
	       may_make(path, S_IFCHR, 1, 3) * NULL_MKNOD |
	       may_open("/dev/zero", O_RDONLY) * ZERO_READ |
	       may_make(path, S_IFBLK, 7, 0) * BLOCK_MKNOD;
}

struct place {
	struct cgroup_host host;
	struct cgroup_plan plan;
	struct cgroup cgroup;
	char folder[64];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));
	struct containr_error err;

	if (!place)
		return -1;
	*state = place;
	place->cgroup = CGROUP_INIT;
	cgroup_host_probe(&place->host);
	(void)snprintf(place->folder, sizeof(place->folder), "/tmp/containr-device-test.XXXXXX");
	if (!mkdtemp(place->folder) ||
	    asprintf(&place->plan.path, "/containr-test-%d", (int)getpid()) < 0)
		return -1;
	place->plan.used = CGROUP_BIT(CGROUP_UNIFIED);
	return cgroup_create(&place->host, &place->plan, &place->cgroup, &err);
}

static int remove_place(void **state)
{
	struct place *place = *state;
	struct containr_error err;
	int r = cgroup_remove(&place->host, place->plan.path, &err);

	cgroup_close(&place->cgroup);
	cgroup_plan_release(&place->plan);
	(void)rmdir(place->folder);
	free(place);
	return r;
}

static int ask_in_cgroup(const struct place *place)
{
	struct containr_error err;
	int status = 0;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		if (cgroup_enter_v2(&place->cgroup, getpid(), &err) < 0)
			_exit(255);
		_exit(what_may_be_done(place->folder));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

struct filter_case {
	struct device_rule rules[4];
	size_t count;
	int may;
};

/* A later program takes the place of the earlier one, as in `containr-runtime update`. */
static void last_rule_that_matches_decides(void **state)
{
	static const struct filter_case cases[] = {
		{ { { true, 'a', -1, -1, ALL } },
		  1,
		  NULL_READ | NULL_WRITE | NULL_MKNOD | ZERO_READ | BLOCK_MKNOD },
		{ { { false, 'a', -1, -1, ALL } }, 1, 0 },
		{ { { true, 'c', 1, 3, ALL } }, 1, NULL_READ | NULL_WRITE | NULL_MKNOD },
		{ { { true, 'c', 1, 3, READ } }, 1, NULL_READ },
		{ { { true, 'c', 1, -1, READ } }, 1, NULL_READ | ZERO_READ },
		{ { { true, 'c', -1, 5, READ } }, 1, ZERO_READ },
		{ { { true, 'b', -1, -1, ALL } }, 1, BLOCK_MKNOD },
		{ { { true, 'c', -1, -1, MKNOD } }, 1, NULL_MKNOD },
		{ { { true, 'a', -1, -1, ALL }, { false, 'c', 1, 3, WRITE } },
		  2,
		  NULL_READ | NULL_MKNOD | ZERO_READ | BLOCK_MKNOD },
		{ { { false, 'c', 1, 3, WRITE }, { true, 'a', -1, -1, ALL } },
		  2,
		  NULL_READ | NULL_WRITE | NULL_MKNOD | ZERO_READ | BLOCK_MKNOD },
		{ { { false, 'a', -1, -1, ALL },
		    { true, 'c', 1, 3, READ | WRITE },
		    { true, 'b', 7, 0, MKNOD } },
		  3,
		  NULL_READ | NULL_WRITE | BLOCK_MKNOD },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		void *made = NULL;
		const struct place *place;
		struct containr_error err;
		int may;

		if (make_place(&made) != 0 || !made) {
			fail_msg("cannot make a cgroup");
			return;
		}
		place = made;
		if (device_filter_attach(place->cgroup.dirs[CGROUP_UNIFIED], cases[i].rules,
					 cases[i].count, &err) < 0) {
			(void)remove_place(&made);
			printf("SKIPPED: %s\n", err.message);
			skip();
		}
		may = ask_in_cgroup(place);
		assert_int_equal(remove_place(&made), 0);
		if (may != cases[i].may)
			fail_msg("case %zu: may do %#x instead of %#x", i, (unsigned int)may,
				 (unsigned int)cases[i].may);
	}
}

static void without_rules_nothing_is_allowed(void **state)
{
	const struct place *place = *state;
	struct containr_error err;

	if (device_filter_attach(place->cgroup.dirs[CGROUP_UNIFIED], NULL, 0, &err) < 0)
		skip();
	assert_int_equal(ask_in_cgroup(place), 0);
}

static void filter_needs_a_cgroup(void **state)
{
	const struct device_rule rule = { true, 'a', -1, -1, ALL };
	autoclose int folder = openat(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct containr_error err;

	(void)state;
	assert_true(device_filter_attach(folder, &rule, 1, &err) < 0);
	assert_true(err.code == CONTAINR_E_CGROUP_SETUP ||
		    err.code == CONTAINR_E_PERMISSION_DENIED);
}

int main(void)
{
	const struct CMUnitTest plain[] = {
		cmocka_unit_test(rules_are_written_as_the_v1_controller_reads_them),
		cmocka_unit_test(filter_needs_a_cgroup),
	};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(last_rule_that_matches_decides),
		cmocka_unit_test_setup_teardown(without_rules_nothing_is_allowed, make_place,
						remove_place),
	};
	struct cgroup_host host;
	int failed = cmocka_run_group_tests(plain, NULL, NULL);

	cgroup_host_probe(&host);
	if (geteuid() != 0 || !(host.v2 & CGROUP_BIT(CGROUP_UNIFIED))) {
		printf("SKIPPED: needs root and the unified hierarchy\n");
		return failed ? failed : 77;
	}
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
