/* SPDX-License-Identifier: MIT */
#include "kernel/rlimit.h"

#include "base/cleanup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <cmocka.h>

static void every_limit_of_the_kernel_has_a_name(void **state)
{
	(void)state;
	for (int resource = 0; resource < RLIMIT_NLIMITS; resource++) {
		assert_non_null(rlimit_name(resource));
		assert_int_equal(rlimit_from_name(rlimit_name(resource)), resource);
	}
	assert_null(rlimit_name(-1));
	assert_null(rlimit_name(RLIMIT_NLIMITS));
}

static void both_ways_to_write_a_name_are_understood(void **state)
{
	(void)state;
	assert_int_equal(rlimit_from_name("RLIMIT_NOFILE"), RLIMIT_NOFILE);
	assert_int_equal(rlimit_from_name("nofile"), RLIMIT_NOFILE);
	assert_int_equal(rlimit_from_name("NOFILE"), RLIMIT_NOFILE);
	assert_int_equal(rlimit_from_name("files"), -1);
	assert_int_equal(rlimit_from_name(""), -1);
	assert_int_equal(rlimit_from_name("RLIMIT_"), -1);
}

struct parse_case {
	const char *text;
	int resource;
	uint64_t soft, hard;
};

static void ulimits_are_parsed_as_docker_does(void **state)
{
	static const struct parse_case cases[] = {
		{ "nofile=1024:2048", RLIMIT_NOFILE, 1024, 2048 },
		{ "nofile=1024", RLIMIT_NOFILE, 1024, 1024 },
		{ "core=0", RLIMIT_CORE, 0, 0 },
		{ "core=-1", RLIMIT_CORE, RLIMIT_NONE, RLIMIT_NONE },
		{ "core=0:-1", RLIMIT_CORE, 0, RLIMIT_NONE },
		{ "memlock=unlimited", RLIMIT_MEMLOCK, RLIMIT_NONE, RLIMIT_NONE },
		{ "memlock=65536:unlimited", RLIMIT_MEMLOCK, 65536, RLIMIT_NONE },
		{ "RLIMIT_NPROC=9223372036854775807", RLIMIT_NPROC, INT64_MAX, INT64_MAX },
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rlimit_setting setting;

		if (rlimit_parse(cases[i].text, &setting, &err) < 0)
			fail_msg("%s: %s", cases[i].text, err.message);
		assert_int_equal(setting.resource, cases[i].resource);
		assert_true(setting.soft == cases[i].soft && setting.hard == cases[i].hard);
	}
}

struct error_case {
	const char *text;
	const char *message;
};

static void wrong_ulimits_name_what_is_wrong(void **state)
{
	static const struct error_case cases[] = {
		{ "", "invalid limit ''" },
		{ "nofile", "invalid limit 'nofile'" },
		{ "=5", "invalid limit '=5'" },
		{ "files=5", "unknown limit 'files'" },
		{ "averyveryverylongname=5", "unknown limit 'averyveryverylongname'" },
		{ "nofile=10:5", "RLIMIT_NOFILE: the soft limit is above the hard limit" },
		{ "nofile=-1:5", "RLIMIT_NOFILE: the soft limit is above the hard limit" },
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct rlimit_setting setting;

		assert_int_equal(rlimit_parse(cases[i].text, &setting, &err),
				 -CONTAINR_E_INVALID_ARGUMENT);
		assert_string_equal(err.message, cases[i].message);
		assert_true(err.hint[0] != '\0');
	}
}

static void values_that_are_no_numbers_are_errors(void **state)
{
	static const char *const texts[] = {
		"nofile=",    "nofile=:",  "nofile=a",	   "nofile=1:",
		"nofile=1:b", "nofile=-2", "nofile=1:2:3", "nofile=99999999999999999999"
	};
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct rlimit_setting setting;

		assert_int_equal(rlimit_parse(texts[i], &setting, &err),
				 -CONTAINR_E_INVALID_ARGUMENT);
	}
}

/* Runs @body in a child, which keeps its limits to itself; returns its exit status. */
static int status_of(int (*body)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int lower_a_limit(void)
{
	const struct rlimit_setting setting = { RLIMIT_NOFILE, 64, 128 };
	struct containr_error err;
	struct rlimit now;
	bool clamped = true;

	if (rlimit_apply(&setting, &clamped, &err) < 0 || clamped)
		return 1;
	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return 2;
	return now.rlim_cur == 64 && now.rlim_max == 128 ? 0 : 3;
}

static void lowered_limit_is_set(void **state)
{
	(void)state;
	assert_int_equal(status_of(lower_a_limit), 0);
}

static int raise_a_limit_as_nobody(void)
{
	const struct rlimit_setting low = { RLIMIT_NOFILE, 64, 128 };
	const struct rlimit_setting high = { RLIMIT_NOFILE, 256, 512 };
	struct containr_error err;
	struct rlimit now;
	bool clamped = false;

	if (rlimit_apply(&low, &clamped, &err) < 0 || (geteuid() == 0 && setuid(65534) < 0))
		return 1;
	if (rlimit_apply(&high, &clamped, &err) < 0 || !clamped)
		return 2;
	if (getrlimit(RLIMIT_NOFILE, &now) < 0)
		return 3;
	return now.rlim_cur == 128 && now.rlim_max == 128 ? 0 : 4;
}

static void limit_that_may_not_rise_is_clamped_and_said_so(void **state)
{
	(void)state;
	assert_int_equal(status_of(raise_a_limit_as_nobody), 0);
}

static void impossible_resource_is_an_error(void **state)
{
	const struct rlimit_setting setting = { 999, 1, 1 };
	struct containr_error err;
	bool clamped;

	(void)state;
	assert_int_equal(rlimit_apply(&setting, &clamped, &err), -CONTAINR_E_PROCESS_SETUP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_limit_of_the_kernel_has_a_name),
		cmocka_unit_test(both_ways_to_write_a_name_are_understood),
		cmocka_unit_test(ulimits_are_parsed_as_docker_does),
		cmocka_unit_test(wrong_ulimits_name_what_is_wrong),
		cmocka_unit_test(values_that_are_no_numbers_are_errors),
		cmocka_unit_test(lowered_limit_is_set),
		cmocka_unit_test(limit_that_may_not_rise_is_clamped_and_said_so),
		cmocka_unit_test(impossible_resource_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
