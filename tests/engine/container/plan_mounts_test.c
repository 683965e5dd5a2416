/* SPDX-License-Identifier: MIT */
#include "engine/container/plan_fixture.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <cmocka.h>

static int plan_with_mounts(struct made_plan *made, const char *mounts, const char *linux_members)
{
	autostr top = STR_INIT;

	str_appendf(&top, "\"mounts\": [%s],", mounts);
	assert_false(top.failed);
	return make_small_plan(made, top.data, linux_members, &host_v1);
}

/* "KIND TARGET;" for each step. */
static char *steps_of(const struct plan *plan)
{
	static const char *const names[] = {
		[MOUNT_STEP_FS] = "fs",
		[MOUNT_STEP_BIND] = "bind",
		[MOUNT_STEP_CGROUP] = "cgroup",
		[MOUNT_STEP_DEVICE] = "device",
		[MOUNT_STEP_LINK] = "link",
		[MOUNT_STEP_MASK] = "mask",
		[MOUNT_STEP_READONLY] = "readonly",
		[MOUNT_STEP_ROOT_READONLY] = "root",
	};
	struct str text = STR_INIT;

	for (size_t i = 0; i < plan->step_count; i++)
		str_appendf(&text, "%s %s;", names[plan->steps[i].kind], plan->steps[i].target);
	return str_steal(&text);
}

#define DEFAULT_DEVICES                                                                            \
	"device /dev/null;device /dev/zero;device /dev/full;device /dev/random;"                   \
	"device /dev/urandom;device /dev/tty;"
#define DEFAULT_LINKS                                                                              \
	"link /dev/ptmx;link /dev/fd;link /dev/stdin;link /dev/stdout;link /dev/stderr;"

/* What protects comes last: a mount after it could lay itself over it. */
static void mounts_keep_their_order_and_protection_comes_last(void **state)
{
	static const char text[] =
		"{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"r\", \"readonly\": true},"
		"\"mounts\": [{\"destination\": \"/proc\", \"type\": \"proc\"},"
		"{\"destination\": \"/b\", \"type\": \"bind\", \"source\": \"/a\"},"
		"{\"destination\": \"/sys/fs/cgroup\", \"type\": \"cgroup\"},"
		"{\"destination\": \"/a\", \"type\": \"tmpfs\"}],"
		"\"linux\": {\"namespaces\": [{\"type\": \"mount\"}], \"devices\": ["
		"{\"path\": \"/dev/fuse\", \"type\": \"c\", \"major\": 10, \"minor\": 229}],"
		"\"maskedPaths\": [\"/proc/kcore\"], \"readonlyPaths\": [\"/proc/sys\"]}}";
	autofree char *steps = NULL;
	autoplanned made;

	(void)state;
	assert_int_equal(make_plan(&made, text, &host_v1), 0);
	steps = steps_of(&made.plan);
	assert_string_equal(steps, "fs /proc;bind /b;cgroup /sys/fs/cgroup;fs /a;" DEFAULT_DEVICES
				   "device /dev/fuse;" DEFAULT_LINKS
				   "readonly /proc/sys;mask /proc/kcore;root /;");
}

static void dev_of_somebody_else_is_left_as_it_is(void **state)
{
	autofree char *bound = NULL;
	autofree char *own = NULL;
	autoplanned foreign;
	autoplanned tmpfs;

	(void)state;
	assert_int_equal(plan_with_mounts(&foreign,
					  "{\"destination\": \"/dev\", \"type\": \"bind\","
					  "\"source\": \"/dev\", \"options\": [\"rbind\"]}",
					  ""),
			 0);
	bound = steps_of(&foreign.plan);
	assert_string_equal(bound, "bind /dev;");
	assert_int_equal(plan_with_mounts(&tmpfs,
					  "{\"destination\": \"/dev\", \"type\": \"tmpfs\"}", ""),
			 0);
	own = steps_of(&tmpfs.plan);
	assert_string_equal(own, "fs /dev;" DEFAULT_DEVICES DEFAULT_LINKS);
}

struct kind_case {
	const char *mount;
	enum mount_step_kind kind;
	unsigned long flags;
	const char *data;
};

static void options_decide_what_a_mount_is(void **state)
{
	static const struct kind_case cases[] = {
		{ "\"type\": \"tmpfs\", \"source\": \"shm\", \"options\": [\"nosuid\", "
		  "\"mode=1777\","
		  " \"ro\", \"size=64k\"]",
		  MOUNT_STEP_FS, MS_NOSUID | MS_RDONLY, "mode=1777,size=64k" },
		{ "\"type\": \"bind\", \"source\": \"/a\"", MOUNT_STEP_BIND, MS_BIND, "" },
		{ "\"source\": \"/a\", \"options\": [\"rbind\", \"ro\"]", MOUNT_STEP_BIND,
		  MS_BIND | MS_REC | MS_RDONLY, "" },
		/* podman writes the type of the file system beside "bind" */
		{ "\"type\": \"none\", \"source\": \"/a\", \"options\": [\"bind\"]",
		  MOUNT_STEP_BIND, MS_BIND, "" },
		{ "\"type\": \"cgroup\"", MOUNT_STEP_CGROUP, 0, "" },
		{ "\"type\": \"cgroup2\", \"options\": [\"ro\"]", MOUNT_STEP_CGROUP, MS_RDONLY,
		  "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostr mount = STR_INIT;
		autoplanned made;
		const struct mount_step *step;

		str_appendf(&mount, "{\"destination\": \"/to\", %s}", cases[i].mount);
		if (plan_with_mounts(&made, mount.data, "") < 0)
			fail_msg("%s: %s", mount.data, made.err.message);
		step = &made.plan.steps[0];
		assert_int_equal(step->kind, cases[i].kind);
		assert_string_equal(step->target, "/to");
		assert_int_equal(step->options.flags, cases[i].flags);
		assert_string_equal(step->options.data.data ? step->options.data.data : "",
				    cases[i].data);
	}
}

static void only_new_file_systems_get_the_label(void **state)
{
	static const char mounts[] =
		"{\"destination\": \"/a\", \"type\": \"tmpfs\", \"options\": [\"size=1k\"]},"
		"{\"destination\": \"/b\", \"type\": \"devpts\"},"
		"{\"destination\": \"/c\", \"type\": \"proc\"},"
		"{\"destination\": \"/d\", \"type\": \"bind\", \"source\": \"/a\"}";
	static const char *const wanted[] = { "size=1k,context=\"u:r:t:s0:c1,c2\"",
					      "context=\"u:r:t:s0:c1,c2\"", "", "" };
	autoplanned made;

	(void)state;
	assert_int_equal(plan_with_mounts(&made, mounts, ", \"mountLabel\": \"u:r:t:s0:c1,c2\""),
			 0);
	for (size_t i = 0; i < ARRAY_LEN(wanted); i++) {
		const char *data = made.plan.steps[i].options.data.data;

		assert_string_equal(data ? data : "", wanted[i]);
	}
}

struct error_case {
	const char *mount;
	enum containr_error_code code;
	const char *message;
};

static void wrong_mounts_are_refused_by_name(void **state)
{
	static const struct error_case cases[] = {
		{ "\"destination\": \"to\", \"type\": \"tmpfs\"", CONTAINR_E_INVALID_CONFIG,
		  "mounts: destination 'to' is not absolute" },
		{ "\"destination\": \"\", \"type\": \"tmpfs\"", CONTAINR_E_INVALID_CONFIG,
		  "mounts: destination '' is not absolute" },
		{ "\"destination\": \"/to\"", CONTAINR_E_INVALID_CONFIG,
		  "mount of '/to': has no type" },
		{ "\"destination\": \"/to\", \"type\": \"bind\", \"source\": \"a\"",
		  CONTAINR_E_INVALID_CONFIG, "mount of '/to': source 'a' is not absolute" },
		{ "\"destination\": \"/to\", \"type\": \"bind\"", CONTAINR_E_INVALID_CONFIG,
		  "mount of '/to': source 'bind' is not absolute" },
		{ "\"destination\": \"/to\", \"type\": \"tmpfs\", \"options\": [\"idmap\"]",
		  CONTAINR_E_INVALID_CONFIG, "mount of '/to': only bind mounts can be id-mapped" },
		{ "\"destination\": \"/to\", \"type\": \"bind\", \"source\": \"/a\","
		  " \"options\": [\"tmpcopyup\"]",
		  CONTAINR_E_INVALID_CONFIG, "mount of '/to': tmpcopyup is for a tmpfs only" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autostr mount = STR_INIT;
		autoplanned made;

		str_appendf(&mount, "{%s}", cases[i].mount);
		assert_int_equal(plan_with_mounts(&made, mount.data, ""), -(int)cases[i].code);
		assert_string_equal(made.err.message, cases[i].message);
	}
}

static void device_step_has_what_the_configuration_says(void **state)
{
	const struct mount_step *step;
	autoplanned made;

	(void)state;
	assert_int_equal(plan_with_mounts(&made, "",
					  ", \"devices\": [{\"path\": \"/dev/fuse\","
					  "\"type\": \"c\", \"major\": 10, \"minor\": 229,"
					  "\"fileMode\": 384, \"uid\": 3, \"gid\": 4}]"),
			 0);
	step = &made.plan.steps[6];
	assert_string_equal(step->target, "/dev/fuse");
	assert_int_equal(step->device_type, 'c');
	assert_int_equal(step->major, 10);
	assert_int_equal(step->minor, 229);
	assert_int_equal(step->mode, 0600);
	assert_int_equal(step->uid, 3);
	assert_int_equal(step->gid, 4);
}

static void any_number_of_mounts_fits(void **state)
{
	autostr mounts = STR_INIT;
	autoplanned made;

	(void)state;
	for (int i = 0; i < 500; i++)
		str_appendf(&mounts, "%s{\"destination\": \"/%d\", \"type\": \"tmpfs\"}",
			    i ? "," : "", i);
	assert_int_equal(plan_with_mounts(&made, mounts.data, ""), 0);
	assert_string_equal(made.plan.steps[0].target, "/0");
	assert_string_equal(made.plan.steps[499].target, "/499");
	assert_int_equal(made.plan.step_count, 500 + 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mounts_keep_their_order_and_protection_comes_last),
		cmocka_unit_test(dev_of_somebody_else_is_left_as_it_is),
		cmocka_unit_test(options_decide_what_a_mount_is),
		cmocka_unit_test(only_new_file_systems_get_the_label),
		cmocka_unit_test(wrong_mounts_are_refused_by_name),
		cmocka_unit_test(device_step_has_what_the_configuration_says),
		cmocka_unit_test(any_number_of_mounts_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
