/* SPDX-License-Identifier: MIT */
#include "engine/container/plan_fixture.h"

#include "base/cleanup.h"

#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mount.h>
#include <cmocka.h>

static const char every_namespace[] =
	"{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}, \"linux\": {\"namespaces\": "
	"["
	"{\"type\": \"pid\"}, {\"type\": \"ipc\"}, {\"type\": \"uts\"}, {\"type\": \"mount\"},"
	"{\"type\": \"network\"}, {\"type\": \"cgroup\"}]}}";

static void new_namespaces_are_cloned_but_for_cgroup(void **state)
{
	autoplanned made;

	(void)state;
	assert_int_equal(make_plan(&made, every_namespace, &host_v1), 0);
	assert_int_equal(made.plan.clone_flags,
			 CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWNET);
	assert_true(made.plan.new_cgroup_ns);
	assert_true(made.plan.new_mount_ns);
	assert_true(made.plan.loopback_up);
}

static void namespaces_that_are_joined_or_shared_are_not_cloned(void **state)
{
	static const char text[] =
		"{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}, \"linux\": "
		"{\"namespaces\": ["
		"{\"type\": \"mount\"}, {\"type\": \"network\", \"path\": \"/proc/1/ns/net\"},"
		"{\"type\": \"cgroup\", \"path\": \"/proc/1/ns/cgroup\"}]}}";
	autoplanned made;

	(void)state;
	assert_int_equal(make_plan(&made, text, &host_v1), 0);
	assert_int_equal(made.plan.clone_flags, CLONE_NEWNS);
	assert_false(made.plan.new_cgroup_ns);
	/* the loopback device of a network that somebody else set up is theirs */
	assert_false(made.plan.loopback_up);
}

static void path_that_is_empty_is_no_namespace_to_join(void **state)
{
	static const char text[] =
		"{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}, \"linux\": "
		"{\"namespaces\": ["
		"{\"type\": \"mount\"}, {\"type\": \"network\", \"path\": \"\"}]}}";
	autoplanned made;

	(void)state;
	assert_int_equal(make_plan(&made, text, &host_v1), 0);
	assert_int_equal(made.plan.clone_flags, CLONE_NEWNS | CLONE_NEWNET);
}

struct error_case {
	const char *text;
	const char *message;
};

static void what_would_change_the_host_is_refused(void **state)
{
#define ROOT "\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}"
#define MOUNT_NS "\"namespaces\": [{\"type\": \"mount\"}]"
	static const struct error_case cases[] = {
		{ "{" ROOT "}", "linux.namespaces: a new mount namespace is required" },
		{ "{" ROOT ", \"linux\": {\"namespaces\": [{\"type\": \"mount\","
		  " \"path\": \"/proc/1/ns/mnt\"}]}}",
		  "linux.namespaces: a new mount namespace is required" },
		{ "{" ROOT ", \"hostname\": \"a\", \"linux\": {" MOUNT_NS "}}",
		  "hostname: needs a uts namespace, the host would be renamed" },
		{ "{" ROOT ", \"domainname\": \"a\", \"linux\": {" MOUNT_NS "}}",
		  "domainname: needs a uts namespace, the host's would change" },
		{ "{" ROOT ", \"linux\": {" MOUNT_NS ", \"rootfsPropagation\": \"rbind\"}}",
		  "linux.rootfsPropagation: unknown propagation 'rbind'" },
	};
	struct containr_error err = { 0 };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoplanned made;

		assert_int_equal(make_plan(&made, cases[i].text, &host_v1),
				 -CONTAINR_E_INVALID_CONFIG);
		err = made.err;
		assert_string_equal(err.message, cases[i].message);
	}
}

static void propagation_is_slave_unless_the_configuration_says_otherwise(void **state)
{
	static const struct {
		const char *linux_members;
		unsigned long flags;
	} cases[] = {
		{ "", MS_SLAVE | MS_REC },
		{ ", \"rootfsPropagation\": \"\"", MS_SLAVE | MS_REC },
		{ ", \"rootfsPropagation\": \"private\"", MS_PRIVATE },
		{ ", \"rootfsPropagation\": \"rshared\"", MS_SHARED | MS_REC },
		{ ", \"rootfsPropagation\": \"unbindable\"", MS_UNBINDABLE },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoplanned made;

		assert_int_equal(make_small_plan(&made, "", cases[i].linux_members, &host_v1), 0);
		assert_int_equal(made.plan.propagation, cases[i].flags);
	}
}

/* With @namespaces (names with commas between them) beside that for mounts. */
static int plan_sysctl(struct made_plan *made, const char *sysctl, const char *ns)
{
	autostr text = STR_INIT;

	str_append(&text, "{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"},"
			  " \"linux\": {\"namespaces\": [{\"type\": \"mount\"}");
	if (*ns)
		str_appendf(&text, ", {\"type\": \"%s\"}", ns);
	str_appendf(&text, "], \"sysctl\": {\"%s\": \"1\"}}}", sysctl);
	assert_false(text.failed);
	return make_plan(made, text.data, &host_v1);
}

static void sysctl_is_allowed_with_the_namespace_it_belongs_to(void **state)
{
	static const struct {
		const char *sysctl;
		const char *ns;
	} cases[] = {
		{ "net.ipv4.ip_forward", "network" }, { "fs.mqueue.msg_max", "ipc" },
		{ "kernel.msgmax", "ipc" },	      { "kernel.shmall", "ipc" },
		{ "kernel.shm_rmid_forced", "ipc" },  { "kernel.sem", "ipc" },
		{ "kernel.hostname", "uts" },	      { "kernel.domainname", "uts" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoplanned fine;
		autoplanned bare;
		autostr message = STR_INIT;

		if (plan_sysctl(&fine, cases[i].sysctl, cases[i].ns) < 0)
			fail_msg("%s: %s", cases[i].sysctl, fine.err.message);
		assert_int_equal(plan_sysctl(&bare, cases[i].sysctl, ""),
				 -CONTAINR_E_INVALID_CONFIG);
		str_appendf(&message, "linux.sysctl: '%s=1' would change the host",
			    cases[i].sysctl);
		assert_string_equal(bare.err.message, message.data);
	}
}

static void sysctl_of_the_host_is_refused_whatever_the_namespaces_are(void **state)
{
	static const char *const sysctls[] = {
		"kernel.core_pattern", "vm.overcommit_memory",
		"fs.file-max",	       "kernel.semaphores",
		"kernel.hostname_",    "net./../kernel.core_pattern",
		"net/../kernel",       "",
	};
	static const char *const kinds[] = { "", "network", "ipc", "uts", "pid" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(sysctls) * ARRAY_LEN(kinds); i++) {
		autoplanned made;

		if (plan_sysctl(&made, sysctls[i / ARRAY_LEN(kinds)],
				kinds[i % ARRAY_LEN(kinds)]) != -CONTAINR_E_INVALID_CONFIG)
			fail_msg("%s is allowed", sysctls[i / ARRAY_LEN(kinds)]);
	}
}

static void plan_has_the_filter_of_the_profile(void **state)
{
	autoplanned none;
	autoplanned full;

	(void)state;
	assert_int_equal(make_small_plan(&none, "", "", &host_v1), 0);
	assert_int_equal(none.plan.seccomp.len, 0);
	assert_int_equal(make_small_plan(&full,
					 "\"annotations\": {\"io.containr.seccomp\": \"default\"},",
					 "", &host_v1),
			 0);
	assert_true(full.plan.seccomp.len > 100);
}

static char *text_of(const struct plan *plan)
{
	struct str text = STR_INIT;
	struct json_writer writer = JSON_WRITER(&text);

	plan_write(&writer, plan);
	return str_steal(&text);
}

static void same_configuration_gives_the_same_plan(void **state)
{
	autofree char *first = NULL;
	autofree char *second = NULL;
	autoplanned one;
	autoplanned two;

	(void)state;
	assert_int_equal(make_plan(&one, every_namespace, &host_hybrid), 0);
	assert_int_equal(make_plan(&two, every_namespace, &host_hybrid), 0);
	first = text_of(&one.plan);
	second = text_of(&two.plan);
	assert_string_equal(first, second);
}

static void printed_plan_is_json_that_says_what_is_created_and_what_is_joined(void **state)
{
	static const char text[] =
		"{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"rootfs\"}, \"linux\": "
		"{\"namespaces\": ["
		"{\"type\": \"mount\"}, {\"type\": \"network\", \"path\": \"/proc/1/ns/net\"}]}}";
	autofree char *printed = NULL;
	autojson doc = { 0 };
	struct containr_error err;
	autoplanned made;

	(void)state;
	assert_int_equal(make_plan(&made, text, &host_v2), 0);
	printed = text_of(&made.plan);
	assert_int_equal(json_parse(printed, strlen(printed), "plan", &doc, &err), 0);
	assert_non_null(strstr(printed, "\"namespaces\":[{\"type\":\"network\",\"action\":\"join\","
					"\"path\":\"/proc/1/ns/net\"},"
					"{\"type\":\"mount\",\"action\":\"create\"}]"));
	assert_non_null(strstr(printed, "\"layout\":\"v2\",\"path\":\"/containr/cafe\""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_namespaces_are_cloned_but_for_cgroup),
		cmocka_unit_test(namespaces_that_are_joined_or_shared_are_not_cloned),
		cmocka_unit_test(path_that_is_empty_is_no_namespace_to_join),
		cmocka_unit_test(what_would_change_the_host_is_refused),
		cmocka_unit_test(propagation_is_slave_unless_the_configuration_says_otherwise),
		cmocka_unit_test(sysctl_is_allowed_with_the_namespace_it_belongs_to),
		cmocka_unit_test(sysctl_of_the_host_is_refused_whatever_the_namespaces_are),
		cmocka_unit_test(plan_has_the_filter_of_the_profile),
		cmocka_unit_test(same_configuration_gives_the_same_plan),
		cmocka_unit_test(printed_plan_is_json_that_says_what_is_created_and_what_is_joined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
