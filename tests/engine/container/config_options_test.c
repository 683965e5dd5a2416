/* SPDX-License-Identifier: MIT */
#include "container/config.h"

#include "base/cleanup.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static const char *const run_true[] = { "true", NULL };
static const char id[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static int make(struct containr_spec spec, struct oci_config *config, struct containr_error *err)
{
	const struct containr_image_config image = { 0 };

	spec.command = run_true;
	oci_config_init(config);
	return config_of_spec(&spec, &image, id, "/host/init", config, err);
}

/* The spec member of an option that takes a list of one item. */
#define ONE(text) ((const char *const[]) { text, NULL })

static void modes_of_namespaces(void **state)
{
	const struct {
		struct containr_spec spec;
		int flag;
		const char *path; /* "": a new one; NULL: none, the host's */
	} cases[] = {
		{ { .pid_mode = "host" }, CLONE_NEWPID, NULL },
		{ { .pid_mode = "private" }, CLONE_NEWPID, "" },
		{ { .pid_mode = "container:web" }, CLONE_NEWPID, "container:web" },
		{ { .ipc_mode = "host" }, CLONE_NEWIPC, NULL },
		{ { .ipc_mode = "shareable" }, CLONE_NEWIPC, "" },
		{ { .ipc_mode = "none" }, CLONE_NEWIPC, "" },
		{ { .ipc_mode = "container:web" }, CLONE_NEWIPC, "container:web" },
		{ { .uts_mode = "host" }, CLONE_NEWUTS, NULL },
		{ { .cgroupns_mode = "host" }, CLONE_NEWCGROUP, NULL },
		{ { .network = CONTAINR_NETWORK_HOST }, CLONE_NEWNET, NULL },
		{ { .network = CONTAINR_NETWORK_CONTAINER, .network_container = "web" },
		  CLONE_NEWNET,
		  "container:web" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autooci config;
		struct containr_error err;
		const struct oci_namespace *ns;

		assert_int_equal(make(cases[i].spec, &config, &err), 0);
		ns = oci_namespace(&config, cases[i].flag);
		if (!cases[i].path)
			assert_null(ns);
		else if (!*cases[i].path)
			assert_true(ns && !ns->path);
		else
			assert_string_equal(ns->path, cases[i].path);
	}
}

static void what_is_no_option_is_refused(void **state)
{
	const struct {
		struct containr_spec spec;
		const char *message;
	} cases[] = {
		{ { .pid_mode = "container:" }, "--pid: 'container:' is no mode" },
		{ { .ipc_mode = "x" }, "--ipc: 'x' is no mode" },
		{ { .uts_mode = "container:a" }, "--uts: 'container:a' is no mode" },
		{ { .cgroupns_mode = "x" }, "--cgroupns: 'x' is no mode" },
		{ { .uts_mode = "host", .domainname = "d" },
		  "--domainname: cannot be given beside --uts host" },
		{ { .groups = ONE("a,b") }, "--group-add: 'a,b' is no group" },
		{ { .annotations = ONE("=x") }, "--annotation: '=x' is not KEY=VALUE" },
		{ { .sysctls = ONE("a") }, "--sysctl: 'a' is not KEY=VALUE" },
		{ { .devices = ONE("null") }, "--device: 'null' is not HOST[:CONTAINER[:rwm]]" },
		{ { .devices = ONE("/dev/null:/x:r:w") },
		  "--device: '/dev/null:/x:r:w' is not HOST[:CONTAINER[:rwm]]" },
		{ { .device_rules = ONE("x 1:2 r") },
		  "--device-cgroup-rule: 'x 1:2 r' is not TYPE MAJOR:MINOR ACCESS" },
		{ { .device_rules = ONE("c 1 r") },
		  "--device-cgroup-rule: 'c 1 r' is not TYPE MAJOR:MINOR ACCESS" },
		{ { .device_read_bps = ONE("/dev/null:1") },
		  "--device-read-bps: '/dev/null' is no block device" },
		{ { .device_write_bps = ONE("sda:1") },
		  "--device-write-bps: 'sda:1' is not DEVICE:NUMBER" },
		{ { .device_write_iops = ONE("/dev/sda:") },
		  "--device-write-iops: '/dev/sda:' is not DEVICE:NUMBER" },
		{ { .cpuset_mems = "" }, "--cpuset-mems: '' is no list of numbers" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct oci_config config;
		struct containr_error err;

		assert_int_equal(make(cases[i].spec, &config, &err), -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(err.message, cases[i].message);
	}
}

static void devices_have_the_rights_they_are_given(void **state)
{
	autooci config;
	struct containr_error err;
	const struct containr_spec spec = { .devices = ONE("/dev/null:/dev/x:rw"),
					    .device_rules = ONE("c 42:* m") };

	(void)state;
	assert_int_equal(make(spec, &config, &err), 0);
	assert_int_equal(config.device_count, 1);
	assert_string_equal(config.devices[0].path, "/dev/x");
	assert_int_equal(config.resources.device_count, 3); /* behind the one that denies all */
	assert_int_equal(config.resources.devices[1].access, DEVICE_READ | DEVICE_WRITE);
	assert_int_equal(config.resources.devices[2].major, 42);
	assert_int_equal(config.resources.devices[2].minor, -1);
	assert_int_equal(config.resources.devices[2].access, DEVICE_MKNOD);
}

static void names_of_groups_survive_writing(void **state)
{
	autooci config;
	autooci again;
	autostr text = STR_INIT;
	struct json_writer writer = JSON_WRITER(&text);
	struct containr_error err;
	const struct containr_spec spec = { .groups = (const char *const[]) { "wheel", "12", "lp",
									      NULL } };

	(void)state;
	assert_int_equal(make(spec, &config, &err), 0);
	config.root_path = strdup("rootfs");
	oci_config_write(&writer, &config);
	assert_int_equal(oci_config_parse(text.data, text.len, "text", &again, &err), 0);
	assert_int_equal(again.process.user.groups[0], 12);
	assert_int_equal(again.process.user.group_names.len, 2);
	assert_string_equal(again.process.user.group_names.items[0], "wheel");
	assert_string_equal(again.process.user.group_names.items[1], "lp");
	assert_null(oci_annotation(&again, OCI_ANNOTATION_GROUPS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(modes_of_namespaces),
		cmocka_unit_test(what_is_no_option_is_refused),
		cmocka_unit_test(devices_have_the_rights_they_are_given),
		cmocka_unit_test(names_of_groups_survive_writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
