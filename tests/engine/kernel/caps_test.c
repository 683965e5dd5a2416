/* SPDX-License-Identifier: MIT */
#include "kernel/caps.h"

#include "base/cleanup.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <cmocka.h>

static void names_are_those_of_libcap(void **state)
{
	(void)state;
	for (int cap = 0; cap <= CAP_CHECKPOINT_RESTORE; cap++) {
		char *theirs = cap_to_name(cap), upper[64] = "";
		cap_value_t back = -1;

		for (size_t i = 0; theirs[i]; i++)
			upper[i] = (char)toupper((unsigned char)theirs[i]);
		assert_string_equal(caps_name(cap), upper);
		assert_int_equal(cap_from_name(caps_name(cap), &back), 0);
		assert_int_equal(back, cap);
		assert_int_equal(caps_from_name(theirs), cap);
		assert_int_equal(caps_from_name(upper), cap);
		assert_int_equal(caps_from_name(theirs + strlen("cap_")), cap);
		cap_free(theirs);
	}
}

static void numbers_outside_the_table_have_no_name(void **state)
{
	(void)state;
	assert_null(caps_name(-1));
	assert_null(caps_name(CAP_CHECKPOINT_RESTORE + 1));
	assert_null(caps_name(63));
}

static void other_words_are_no_capability(void **state)
{
	static const char *const words[] = {
		"", "CAP_", "ALL", "CAP_ALL", "NET RAW", "NET_RAWX", "CAP_CAP_NET_RAW"
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		assert_int_equal(caps_from_name(words[i]), -1);
}

static void default_set_is_the_one_of_docker(void **state)
{
	static const char *const names[] = {
		"CHOWN",   "DAC_OVERRIDE", "FSETID",	 "FOWNER",	     "MKNOD",
		"NET_RAW", "SETGID",	   "SETUID",	 "SETFCAP",	     "SETPCAP",
		"KILL",	   "AUDIT_WRITE",  "SYS_CHROOT", "NET_BIND_SERVICE",
	};
	uint64_t mask = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		mask |= CAPS_BIT(caps_from_name(names[i]));
	assert_int_equal(__builtin_popcountll(CAPS_DEFAULT), 14);
	assert_true(mask == CAPS_DEFAULT);
}

static void last_capability_is_the_one_in_proc(void **state)
{
	autofclose FILE *file = fopen("/proc/sys/kernel/cap_last_cap", "re");
	int last = -1;

	(void)state;
	if (!file)
		skip();
	assert_int_equal(fscanf(file, "%d", &last), 1);
	assert_int_equal(caps_last(), last);
}

struct adjust_case {
	const char *add[4];
	const char *drop[4];
	uint64_t expected;
};

#define BASE (CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL))

static const struct adjust_case adjust_cases[] = {
	{ { NULL }, { NULL }, BASE },
	{ { "NET_ADMIN" }, { NULL }, BASE | CAPS_BIT(CAP_NET_ADMIN) },
	{ { "cap_net_admin", "CHOWN" }, { NULL }, BASE | CAPS_BIT(CAP_NET_ADMIN) },
	{ { NULL }, { "KILL" }, CAPS_BIT(CAP_CHOWN) },
	{ { NULL }, { "SYS_ADMIN" }, BASE },
	/* what is both added and dropped stays: docker drops first */
	{ { "KILL" }, { "KILL" }, BASE },
	{ { "ALL" }, { NULL }, CAPS_ALL },
	{ { "all" }, { "KILL", "chown" }, CAPS_ALL & ~BASE },
	{ { "ALL" }, { "ALL" }, CAPS_ALL },
	{ { NULL }, { "ALL" }, 0 },
	{ { "NET_RAW" }, { "ALL" }, CAPS_BIT(CAP_NET_RAW) },
	{ { "NET_RAW" }, { "all", "NET_RAW" }, CAPS_BIT(CAP_NET_RAW) },
};

/* The lists are of the kind that a command line has, with writable strings that nobody writes. */
static char *const *list_of(const char *const *names)
{
	union {
		const char *const *in;
		char *const *out;
	} list = { .in = names };

	return list.out;
}

static void adjusting_follows_docker(void **state)
{
	struct containr_error err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(adjust_cases); i++) {
		const struct adjust_case *c = &adjust_cases[i];
		uint64_t mask = 0;

		assert_int_equal(caps_adjust(BASE, list_of(c->add), list_of(c->drop), &mask, &err),
				 0);
		if (mask != c->expected)
			fail_msg("case %zu: %#jx, not %#jx", i, (uintmax_t)mask,
				 (uintmax_t)c->expected);
	}
}

static void adjusting_takes_null_for_no_list(void **state)
{
	struct containr_error err;
	uint64_t mask = 0;

	(void)state;
	assert_int_equal(caps_adjust(BASE, NULL, NULL, &mask, &err), 0);
	assert_true(mask == BASE);
}

static void unknown_name_is_an_error_with_the_nearest_one(void **state)
{
	static const char *const near[] = { "net_rwa", NULL };
	static const char *const far[] = { "CAP_FLY_TO_THE_MOON", NULL };
	struct containr_error err;
	uint64_t mask = 7;

	(void)state;
	assert_int_equal(caps_adjust(0, list_of(near), NULL, &mask, &err),
			 -CONTAINR_E_INVALID_ARGUMENT);
	assert_string_equal(err.message, "unknown capability 'net_rwa'");
	assert_string_equal(err.hint, "did you mean CAP_NET_RAW?");
	assert_int_equal(caps_adjust(0, NULL, list_of(far), &mask, &err),
			 -CONTAINR_E_INVALID_ARGUMENT);
	assert_string_equal(err.message, "unknown capability 'CAP_FLY_TO_THE_MOON'");
	assert_string_equal(err.hint,
			    "the names are listed in capabilities(7); ALL stands for every one");
	assert_true(mask == 7);
}

static void very_long_name_is_an_error(void **state)
{
	static char name[5000];
	const char *const names[] = { name, NULL };
	struct containr_error err;
	uint64_t mask;

	(void)state;
	memset(name, 'A', sizeof(name) - 1);
	assert_int_equal(caps_adjust(0, list_of(names), NULL, &mask, &err),
			 -CONTAINR_E_INVALID_ARGUMENT);
}

static void clamping_takes_what_is_not_available_from_every_set(void **state)
{
	struct caps_sets sets = {
		.bounding = 0xff,
		.effective = 0xf,
		.permitted = 0x1f,
		.inheritable = 3,
		.ambient = 1,
	};

	(void)state;
	assert_true(caps_clamp(&sets, 0xfe) == 1);
	assert_true(sets.bounding == 0xfe && sets.effective == 0xe && sets.permitted == 0x1e);
	assert_true(sets.inheritable == 2 && sets.ambient == 0);
	assert_true(caps_clamp(&sets, 0xfe) == 0);
}

/* Runs @body in a child, as it gives away what the other tests need; returns its exit status. */
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

static int give_away_all_but_two(void)
{
	const uint64_t kept = CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL);
	struct caps_sets sets = caps_sets_of(kept), now;
	struct containr_error err;

	if (caps_apply_bounding(&sets, &err) < 0)
		return 1;
	sets.inheritable = sets.ambient = CAPS_BIT(CAP_KILL);
	if (caps_apply(&sets, &err) < 0)
		return 2;
	if (caps_read(&now, &err) < 0)
		return 3;
	if (now.bounding != kept || now.effective != kept || now.permitted != kept)
		return 4;
	if (now.inheritable != CAPS_BIT(CAP_KILL) || now.ambient != CAPS_BIT(CAP_KILL))
		return 5;
	/* What is away stays away. */
	sets.permitted |= CAPS_BIT(CAP_SYS_ADMIN);
	if (caps_apply(&sets, &err) != -CONTAINR_E_PERMISSION_DENIED)
		return 6;
	/* Without CAP_SETPCAP the bounding set can no longer shrink, but may stay as it is. */
	if (caps_apply_bounding(&sets, &err) < 0)
		return 7;
	sets.bounding = 0;
	return caps_apply_bounding(&sets, &err) == -CONTAINR_E_PERMISSION_DENIED ? 0 : 8;
}

static bool has_capabilities(uint64_t wanted)
{
	struct containr_error err;
	struct caps_sets now;

	return caps_read(&now, &err) == 0 && (now.effective & wanted) == wanted;
}

static void applied_sets_are_the_ones_that_are_read(void **state)
{
	(void)state;
	if (!has_capabilities(CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_SETPCAP))) {
		print_message("skipped: needs CAP_SETPCAP\n");
		skip();
	}
	assert_int_equal(status_of(give_away_all_but_two), 0);
}

static int ask_for_ambient_ones_that_cannot_be(void)
{
	struct caps_sets sets = caps_sets_of(CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL)), now;
	struct containr_error err;

	sets.inheritable = CAPS_BIT(CAP_KILL);
	sets.ambient = CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_SYS_ADMIN);
	if (caps_apply(&sets, &err) < 0 || caps_read(&now, &err) < 0)
		return 1;
	return now.ambient == CAPS_BIT(CAP_KILL) ? 0 : 2;
}

static void ambient_capabilities_are_permitted_and_inheritable_ones(void **state)
{
	(void)state;
	if (!has_capabilities(CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_SETPCAP))) {
		print_message("skipped: needs CAP_SETPCAP\n");
		skip();
	}
	assert_int_equal(status_of(ask_for_ambient_ones_that_cannot_be), 0);
}

static int give_away_everything(void)
{
	struct caps_sets none = { 0 }, now;
	struct containr_error err;

	if (caps_apply(&none, &err) < 0 || caps_read(&now, &err) < 0)
		return 1;
	return now.effective | now.permitted | now.inheritable | now.ambient ? 2 : 0;
}

static void empty_sets_can_always_be_applied(void **state)
{
	(void)state;
	assert_int_equal(status_of(give_away_everything), 0);
}

static void reading_agrees_with_libcap(void **state)
{
	cap_t theirs = cap_get_proc();
	struct containr_error err;
	struct caps_sets sets;

	(void)state;
	assert_int_equal(caps_read(&sets, &err), 0);
	for (int cap = 0; cap <= caps_last(); cap++) {
		cap_flag_value_t effective, permitted;

		assert_int_equal(cap_get_flag(theirs, cap, CAP_EFFECTIVE, &effective), 0);
		assert_int_equal(cap_get_flag(theirs, cap, CAP_PERMITTED, &permitted), 0);
		assert_int_equal(!!(sets.effective & CAPS_BIT(cap)), effective == CAP_SET);
		assert_int_equal(!!(sets.permitted & CAPS_BIT(cap)), permitted == CAP_SET);
		assert_int_equal(!!(sets.bounding & CAPS_BIT(cap)), cap_get_bound(cap) == 1);
	}
	cap_free(theirs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_libcap),
		cmocka_unit_test(numbers_outside_the_table_have_no_name),
		cmocka_unit_test(other_words_are_no_capability),
		cmocka_unit_test(default_set_is_the_one_of_docker),
		cmocka_unit_test(last_capability_is_the_one_in_proc),
		cmocka_unit_test(adjusting_follows_docker),
		cmocka_unit_test(adjusting_takes_null_for_no_list),
		cmocka_unit_test(unknown_name_is_an_error_with_the_nearest_one),
		cmocka_unit_test(very_long_name_is_an_error),
		cmocka_unit_test(clamping_takes_what_is_not_available_from_every_set),
		cmocka_unit_test(applied_sets_are_the_ones_that_are_read),
		cmocka_unit_test(ambient_capabilities_are_permitted_and_inheritable_ones),
		cmocka_unit_test(empty_sets_can_always_be_applied),
		cmocka_unit_test(reading_agrees_with_libcap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
