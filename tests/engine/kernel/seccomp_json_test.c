/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp_json.h"

#include "base/cleanup.h"
#include "bpf_sim.h"
#include "kernel/caps.h"
#include "kernel/syscall_ids.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define NATIVE (1U << SYSCALL_ARCH_NATIVE)

/* Parses JSON in which ' stands for ", to keep the tests readable. */
static int parse(const char *text, const char *path, uint64_t caps,
		 struct seccomp_profile *ret_profile, struct containr_error *err)
{
	autofree char *json = strdup(text);
	autojson doc = { 0 };

	assert_non_null(json);
	for (char *quote = strchr(json, '\''); quote; quote = strchr(quote, '\''))
		*quote = '"';
	if (json_parse(json, strlen(json), "profile", &doc, err) < 0)
		fail_msg("the test's own JSON is wrong: %s", err->message);
	return seccomp_profile_parse(doc.root, path, caps, ret_profile, err);
}

static struct seccomp_profile parsed(const char *text, uint64_t caps)
{
	struct seccomp_profile profile = { 0 };
	struct containr_error err;

	if (parse(text, "", caps, &profile, &err) < 0)
		fail_msg("%s", err.message);
	return profile;
}

static void everything_of_an_oci_object_is_read(void **state)
{
	autoseccomp_profile profile = parsed(
		"{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':38,"
		" 'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_X86','SCMP_ARCH_S390X'],"
		" 'flags':['SECCOMP_FILTER_FLAG_LOG','SECCOMP_FILTER_FLAG_TSYNC'],"
		" 'listenerPath':'/run/agent.sock','listenerMetadata':'x',"
		" 'syscalls':["
		"  {'names':['read','no_such_call','write'],'action':'SCMP_ACT_ALLOW'},"
		"  {'names':['personality'],'action':'SCMP_ACT_TRACE','errnoRet':7,'args':["
		"   "
		"{'index':0,'value':18446744073709551615,'valueTwo':9,'op':'SCMP_CMP_MASKED_EQ'}]},"
		"  {'names':['mkdir'],'action':'SCMP_ACT_NOTIFY'}]}",
		0);

	(void)state;
	assert_int_equal(profile.default_action, SECCOMP_RET_ERRNO | ENOSYS);
	assert_int_equal(profile.arches,
			 NATIVE | 1U << SYSCALL_ARCH_X86_64 | 1U << SYSCALL_ARCH_X86);
	assert_int_equal(profile.flags, SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_TSYNC);
	assert_string_equal(profile.listener_path, "/run/agent.sock");
	assert_string_equal(profile.listener_metadata, "x");
	assert_int_equal(profile.rule_count, 3);
	assert_int_equal(profile.rules[0].action, SECCOMP_RET_ALLOW);
	assert_int_equal(profile.rules[0].call_count, 2);
	assert_int_equal(profile.rules[0].calls[0], SYSCALL_ID(read));
	assert_int_equal(profile.rules[0].calls[1], SYSCALL_ID(write));
	assert_int_equal(profile.rules[0].arg_count, 0);
	assert_int_equal(profile.rules[1].action, SECCOMP_RET_TRACE | 7);
	assert_int_equal(profile.rules[1].arg_count, 1);
	assert_int_equal(profile.rules[1].args[0].op, SECCOMP_OP_MASKED_EQ);
	assert_true(profile.rules[1].args[0].value == UINT64_MAX);
	assert_true(profile.rules[1].args[0].value_two == 9);
	assert_int_equal(profile.rules[2].action, SECCOMP_RET_USER_NOTIF);
}

struct action_case {
	const char *name;
	uint32_t action;
};

static void every_action_is_known(void **state)
{
	static const struct action_case cases[] = {
		{ "SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD },
		{ "SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD },
		{ "SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS },
		{ "SCMP_ACT_TRAP", SECCOMP_RET_TRAP },
		{ "SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO | EPERM },
		{ "SCMP_ACT_TRACE", SECCOMP_RET_TRACE | EPERM },
		{ "SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW },
		{ "SCMP_ACT_LOG", SECCOMP_RET_LOG },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		autoseccomp_profile profile = { 0 };
		char text[100];

		(void)snprintf(text, sizeof(text), "{'defaultAction':'%s'}", cases[i].name);
		profile = parsed(text, 0);
		assert_int_equal(profile.default_action, cases[i].action);
		assert_int_equal(profile.arches, NATIVE);
	}
}

static void every_operator_is_known(void **state)
{
	static const char *const names[] = {
		[SECCOMP_OP_EQ] = "EQ",
		[SECCOMP_OP_NE] = "NE",
		[SECCOMP_OP_LT] = "LT",
		[SECCOMP_OP_LE] = "LE",
		[SECCOMP_OP_GT] = "GT",
		[SECCOMP_OP_GE] = "GE",
		[SECCOMP_OP_MASKED_EQ] = "MASKED_EQ",
	};

	(void)state;
	for (size_t op = 0; op < ARRAY_LEN(names); op++) {
		autoseccomp_profile profile = { 0 };
		char text[300];

		(void)snprintf(text, sizeof(text),
			       "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':[{'names':['dup'],"
			       "'action':'SCMP_ACT_ERRNO','args':[{'index':5,'value':1,"
			       "'op':'SCMP_CMP_%s'}]}]}",
			       names[op]);
		profile = parsed(text, 0);
		assert_int_equal(profile.rules[0].args[0].op, op);
		assert_int_equal(profile.rules[0].args[0].index, 5);
	}
}

static void arch_map_gives_the_native_architectures(void **state)
{
	autoseccomp_profile profile =
		parsed("{'defaultAction':'SCMP_ACT_ERRNO','archMap':["
		       "{'architecture':'SCMP_ARCH_X86_64',"
		       " 'subArchitectures':['SCMP_ARCH_X86','SCMP_ARCH_X32']},"
		       "{'architecture':'SCMP_ARCH_AARCH64','subArchitectures':['SCMP_ARCH_ARM']},"
		       "{'architecture':'SCMP_ARCH_RISCV64','subArchitectures':null}]}",
		       0);

	(void)state;
	assert_int_equal(profile.arches,
			 SYSCALL_ARCH_NATIVE == SYSCALL_ARCH_X86_64
				 ? NATIVE | 1U << SYSCALL_ARCH_X86 | 1U << SYSCALL_ARCH_X32
				 : NATIVE | 1U << SYSCALL_ARCH_ARM);
}

/* Whether an entry with the given members applies to a process with CAP_SYS_ADMIN and CAP_CHOWN. */
static bool applies(const char *members)
{
	autoseccomp_profile profile = { 0 };
	char text[500];

	(void)snprintf(text, sizeof(text),
		       "{'defaultAction':'SCMP_ACT_ERRNO','syscalls':[{'names':['dup'],"
		       "'action':'SCMP_ACT_ALLOW',%s}]}",
		       members);
	profile = parsed(text, CAPS_BIT(CAP_SYS_ADMIN) | CAPS_BIT(CAP_CHOWN));
	return profile.rule_count == 1;
}

static void includes_ask_for_everything_they_name(void **state)
{
	(void)state;
	assert_true(applies("'comment':'','includes':{}"));
	assert_true(applies("'includes':{'caps':['CAP_SYS_ADMIN']}"));
	assert_true(applies("'includes':{'caps':['CAP_SYS_ADMIN','CAP_CHOWN']}"));
	assert_false(applies("'includes':{'caps':['CAP_SYS_ADMIN','CAP_KILL']}"));
	assert_false(applies("'includes':{'caps':['CAP_FROM_THE_FUTURE']}"));
	assert_true(applies("'includes':{'caps':[]}"));
	assert_true(applies("'includes':{'minKernel':'3.0'}"));
	assert_false(applies("'includes':{'minKernel':'900.1'}"));
	assert_false(applies("'includes':{'arches':['s390x']}"));
	assert_true(applies("'includes':{'arches':['s390x','amd64','arm64']}"));
	assert_false(applies("'includes':{'arches':['amd64','arm64'],'caps':['CAP_KILL']}"));
}

static void excludes_mind_anything_they_name(void **state)
{
	(void)state;
	assert_true(applies("'excludes':{}"));
	assert_false(applies("'excludes':{'caps':['CAP_SYS_ADMIN']}"));
	assert_false(applies("'excludes':{'caps':['CAP_KILL','CAP_CHOWN']}"));
	assert_true(applies("'excludes':{'caps':['CAP_KILL']}"));
	assert_false(applies("'excludes':{'minKernel':'3.0'}"));
	assert_true(applies("'excludes':{'minKernel':'900.1'}"));
	assert_false(applies("'excludes':{'arches':['amd64','arm64']}"));
	assert_true(applies("'excludes':{'arches':['s390','s390x']}"));
	assert_false(applies("'includes':{'caps':['CAP_CHOWN']},"
			     "'excludes':{'caps':['CAP_SYS_ADMIN']}"));
}

static void old_docker_profiles_have_one_name(void **state)
{
	autoseccomp_profile profile =
		parsed("{'defaultAction':'SCMP_ACT_ERRNO','syscalls':["
		       "{'name':'dup','action':'SCMP_ACT_ALLOW'},"
		       "{'name':'dup2','names':[],'action':'SCMP_ACT_ALLOW'}]}",
		       0);

	(void)state;
	assert_int_equal(profile.rule_count, 2);
	assert_int_equal(profile.rules[0].calls[0], SYSCALL_ID(dup));
	assert_int_equal(profile.rules[1].calls[0], SYSCALL_ID(dup2));
}

struct error_case {
	const char *text;
	const char *message;
};

#define PREFIX "{'defaultAction':'SCMP_ACT_ALLOW','syscalls':["
#define ENTRY "{'names':['dup'],'action':'SCMP_ACT_ERRNO',"

static const struct error_case error_cases[] = {
	{ "[]", "linux.seccomp: expected an object" },
	{ "{}", "linux.seccomp.defaultAction: missing" },
	{ "{'defaultAction':5}", "linux.seccomp.defaultAction: expected a string" },
	{ "{'defaultAction':'X'}", "linux.seccomp.defaultAction: unknown action 'X'" },
	{ "{'defaultAction':'SCMP_ACT_NOTIFY'}",
	  "linux.seccomp.defaultAction: SCMP_ACT_NOTIFY is no default action" },
	{ "{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':4096}",
	  "linux.seccomp.defaultErrnoRet: number is out of range (0 to 4095)" },
	{ "{'defaultAction':'SCMP_ACT_KILL','defaultErrnoRet':1}",
	  "linux.seccomp.defaultErrnoRet: SCMP_ACT_KILL takes no errno" },
	{ "{'defaultAction':'SCMP_ACT_KILL','architectures':['SCMP_ARCH_X86',1]}",
	  "linux.seccomp.architectures[1]: expected a string" },
	{ "{'defaultAction':'SCMP_ACT_KILL','architectures':['x86']}",
	  "linux.seccomp.architectures[0]: unknown architecture 'x86'" },
	{ "{'defaultAction':'SCMP_ACT_KILL','architectures':['SCMP_ARCH_X86'],'archMap':[{}]}",
	  "linux.seccomp.archMap: not allowed beside architectures" },
	{ "{'defaultAction':'SCMP_ACT_KILL','archMap':[{'architecture':'SCMP_ARCH_MIPS'},{}]}",
	  "linux.seccomp.archMap[1].architecture: missing" },
	{ "{'defaultAction':'SCMP_ACT_KILL','flags':['SECCOMP_FILTER_FLAG_NEW']}",
	  "linux.seccomp.flags[0]: unknown flag 'SECCOMP_FILTER_FLAG_NEW'" },
	{ "{'defaultAction':'SCMP_ACT_KILL','listenerPath':[]}",
	  "linux.seccomp.listenerPath: expected a string" },
	{ "{'defaultAction':'SCMP_ACT_KILL','syscalls':{}}",
	  "linux.seccomp.syscalls: expected an array" },
	{ PREFIX "7]}", "linux.seccomp.syscalls[0]: expected an object" },
	{ PREFIX "{'action':'SCMP_ACT_ERRNO'}]}", "linux.seccomp.syscalls[0].names: missing" },
	{ PREFIX "{'names':[],'action':'SCMP_ACT_ERRNO'}]}",
	  "linux.seccomp.syscalls[0].names: missing" },
	{ PREFIX "{'names':['dup'],'name':'dup','action':'SCMP_ACT_ERRNO'}]}",
	  "linux.seccomp.syscalls[0].name: not allowed beside names" },
	{ PREFIX "{'names':['dup',null],'action':'SCMP_ACT_ERRNO'}]}",
	  "linux.seccomp.syscalls[0].names[1]: expected a string" },
	{ PREFIX "{'names':['dup']}]}", "linux.seccomp.syscalls[0].action: missing" },
	{ PREFIX ENTRY "'args':[]}," ENTRY "'args':[]}," ENTRY "'args':[]},"
		       "{'names':['dup'],'action':'X'}]}",
	  "linux.seccomp.syscalls[3].action: unknown action 'X'" },
	{ PREFIX ENTRY "'errnoRet':-1}]}",
	  "linux.seccomp.syscalls[0].errnoRet: number is out of range (0 to 4095)" },
	{ PREFIX ENTRY "'args':{}}]}", "linux.seccomp.syscalls[0].args: expected an array" },
	{ PREFIX ENTRY "'args':[3]}]}", "linux.seccomp.syscalls[0].args[0]: expected an object" },
	{ PREFIX ENTRY "'args':[{'op':'SCMP_CMP_EQ'}]}]}",
	  "linux.seccomp.syscalls[0].args[0].index: missing" },
	{ PREFIX ENTRY "'args':[{'index':6,'op':'SCMP_CMP_EQ'}]}]}",
	  "linux.seccomp.syscalls[0].args[0].index: number is out of range (0 to 5)" },
	{ PREFIX ENTRY "'args':[{'index':0,'op':'SCMP_CMP_EQ'},{'index':0}]}]}",
	  "linux.seccomp.syscalls[0].args[1].op: missing" },
	{ PREFIX ENTRY "'args':[{'index':0,'op':'=='}]}]}",
	  "linux.seccomp.syscalls[0].args[0].op: unknown operator '=='" },
	{ PREFIX ENTRY "'args':[{'index':0,'op':'SCMP_CMP_EQ','value':1.5}]}]}",
	  "linux.seccomp.syscalls[0].args[0].value: expected a whole number" },
	{ PREFIX ENTRY "'includes':[]}]}",
	  "linux.seccomp.syscalls[0].includes: expected an object" },
	{ PREFIX ENTRY "'excludes':{'caps':[1]}}]}",
	  "linux.seccomp.syscalls[0].excludes.caps[0]: expected a string" },
	{ PREFIX ENTRY "'includes':{'minKernel':'four'}}]}",
	  "linux.seccomp.syscalls[0].includes.minKernel: expected a version like 4.8, "
	  "not 'four'" },
	{ PREFIX "{'names':['dup'],'action':'SCMP_ACT_NOTIFY'}]}",
	  "linux.seccomp.listenerPath: missing, but a rule says SCMP_ACT_NOTIFY" },
};

static void errors_name_the_path_of_the_value(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(error_cases); i++) {
		struct seccomp_profile profile;
		struct containr_error err;

		assert_int_equal(parse(error_cases[i].text, "linux.seccomp", 0, &profile, &err),
				 -CONTAINR_E_INVALID_CONFIG);
		assert_string_equal(err.message, error_cases[i].message);
	}
}

static void errors_of_a_profile_file_begin_at_its_top(void **state)
{
	struct seccomp_profile profile;
	struct containr_error err;

	(void)state;
	assert_int_equal(parse("{'defaultAction':'X'}", "", 0, &profile, &err),
			 -CONTAINR_E_INVALID_CONFIG);
	assert_string_equal(err.message, "defaultAction: unknown action 'X'");
	assert_int_equal(parse("7", "", 0, &profile, &err), -CONTAINR_E_INVALID_CONFIG);
	assert_string_equal(err.message, "seccomp profile: expected an object");
}

static char *read_file(const char *path, size_t *ret_len)
{
	autofclose FILE *file = fopen(path, "re");
	char *text;

	if (!file)
		return NULL;
	text = malloc(1 << 20);
	assert_non_null(text);
	*ret_len = fread(text, 1, 1 << 20, file);
	return text;
}

static void podmans_profile_can_be_read_and_compiled(void **state)
{
	size_t len = 0;
	autofree char *text = read_file("/usr/share/containers/seccomp.json", &len);
	autoseccomp_profile profile = { 0 };
	autoseccomp_filter filter = { 0 };
	struct containr_error err;
	autojson doc = { 0 };

	(void)state;
	if (!text) {
		print_message("skipped: golang-github-containers-common is not installed\n");
		skip();
	}
	assert_int_equal(json_parse(text, len, "seccomp.json", &doc, &err), 0);
	if (seccomp_profile_parse(doc.root, "", CAPS_DEFAULT, &profile, &err) < 0 ||
	    seccomp_filter_compile(&profile, &filter, &err) < 0)
		fail_msg("%s", err.message);
	assert_true(profile.rule_count > 5);
	assert_true(bpf_sim_valid(filter.insns, filter.len));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_of_an_oci_object_is_read),
		cmocka_unit_test(every_action_is_known),
		cmocka_unit_test(every_operator_is_known),
		cmocka_unit_test(arch_map_gives_the_native_architectures),
		cmocka_unit_test(includes_ask_for_everything_they_name),
		cmocka_unit_test(excludes_mind_anything_they_name),
		cmocka_unit_test(old_docker_profiles_have_one_name),
		cmocka_unit_test(errors_name_the_path_of_the_value),
		cmocka_unit_test(errors_of_a_profile_file_begin_at_its_top),
		cmocka_unit_test(podmans_profile_can_be_read_and_compiled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
