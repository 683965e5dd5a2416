/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp.h"

#include "base/cleanup.h"
#include "bpf_sim.h"
#include "kernel/caps.h"
#include "kernel/syscall_ids.h"
#include "seccomp_model.h"
#include "seccomp_oracle.h"
#include "seccomp_random.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/*
 * The compiler against two others that say what a profile means: libseccomp, and a plain model of
 * kernel/seccomp.h. On every call number of every architecture, with argument values around every
 * value that the profile compares with, all three must give the same verdict.
 */

#define NUMBERS 601 /* past every table of system calls */
#define RANDOM_PROFILES 200
#define VECTORS 24 /* argument vectors tried on a call that has conditions */
#define MULTIPLEXER_VECTORS 192

struct judges {
	const struct seccomp_profile *profile;
	struct seccomp_filter ours;
	struct seccomp_filter libseccomp; /* insns is NULL if it is not asked */
	struct random_values values;
	struct rng rng;
	bool has_conditions[SYSCALL_ID_COUNT];
};

static void judges_init(struct judges *judges, const struct seccomp_profile *profile, uint64_t seed,
			bool ask_libseccomp)
{
	struct containr_error err;

	*judges = (struct judges) { .profile = profile, .rng.state = seed };
	if (seccomp_filter_compile(profile, &judges->ours, &err) < 0)
		fail_msg("%s", err.message);
	assert_true(bpf_sim_valid(judges->ours.insns, judges->ours.len));
	if (ask_libseccomp) {
		seccomp_oracle_compile(profile, &judges->libseccomp);
		assert_true(bpf_sim_valid(judges->libseccomp.insns, judges->libseccomp.len));
	}
	random_values_collect(&judges->values, profile);
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		for (uint32_t call = 0; call < rule->call_count; call++)
			judges->has_conditions[rule->calls[call]] |= rule->arg_count > 0;
	}
}

static void judges_release(struct judges *judges)
{
	seccomp_filter_release(&judges->ours);
	seccomp_filter_release(&judges->libseccomp);
}

static void disagree(const struct seccomp_data *data, uint32_t ours, uint32_t other,
		     const char *whose)
{
	fail_msg("arch %#x call %#x (%#llx, %#llx, %#llx, %#llx, %#llx, %#llx): %#x, but %s "
		 "says %#x",
		 data->arch, (unsigned)data->nr, data->args[0], data->args[1], data->args[2],
		 data->args[3], data->args[4], data->args[5], ours, whose, other);
}

static void compare(const struct judges *judges, const struct seccomp_data *data,
		    bool libseccomp_knows)
{
	const struct seccomp_filter *theirs = &judges->libseccomp;
	uint32_t ours = bpf_sim_run(judges->ours.insns, judges->ours.len, data, NULL);
	uint32_t model = seccomp_model_verdict(judges->profile, data), other;

	if (ours != model)
		disagree(data, ours, model, "the model");
	if (!theirs->insns || !libseccomp_knows)
		return;
	other = bpf_sim_run(theirs->insns, theirs->len, data, NULL);
	/* That newer calls do not exist is runc's addition; the model vouches for it alone. */
	if (ours != other &&
	    !(ours == (SECCOMP_RET_ERRNO | ENOSYS) && other == judges->profile->default_action))
		disagree(data, ours, other, "libseccomp");
}

static void compare_number(struct judges *judges, enum syscall_arch arch, uint32_t number)
{
	uint32_t base = arch == SYSCALL_ARCH_X32 ? SYSCALL_X32_BIT : 0;
	int id = syscall_find_number(arch, (int32_t)number);
	bool is_multiplexer = id == SYSCALL_ID(socketcall) || id == SYSCALL_ID(ipc);
	size_t vectors = id >= 0 && judges->has_conditions[id] ? VECTORS : 1;
	struct seccomp_data data = { .nr = (int)(base + number),
				     .arch = syscall_arches[arch].audit };

	if (is_multiplexer)
		vectors = MULTIPLEXER_VECTORS;
	for (size_t i = 0; i < vectors; i++) {
		random_values_pick(&judges->values, &judges->rng, is_multiplexer, &data);
		compare(judges, &data, id < 0 || seccomp_oracle_knows((unsigned)id));
	}
}

static void compare_everywhere(struct judges *judges)
{
	static const uint32_t outside[] = { 0x3fffffff, 0x40000300, 0x80000000,
					    0xc0000000, 0xfffffffe, 0xffffffff };

	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		for (uint32_t number = 0; number < NUMBERS; number++)
			compare_number(judges, (enum syscall_arch)arch, number);
		for (size_t i = 0; i < ARRAY_LEN(outside); i++) {
			struct seccomp_data data = { .nr = (int)outside[i],
						     .arch = syscall_arches[arch].audit };

			compare(judges, &data, true);
		}
	}
	for (uint32_t number = 0xf0000; number < 0xf0008; number++)
		compare_number(judges, SYSCALL_ARCH_ARM, number);
	compare(judges, &(struct seccomp_data) { .nr = 1, .arch = 0x12345678 }, true);
}

static void compare_profile(const struct seccomp_profile *profile, uint64_t seed,
			    bool ask_libseccomp)
{
	struct judges judges;

	judges_init(&judges, profile, seed, ask_libseccomp);
	compare_everywhere(&judges);
	judges_release(&judges);
}

static bool any_call(unsigned id)
{
	return id < SYSCALL_ID_COUNT;
}

static void compare_random_profiles(enum random_kind kind)
{
	autofree struct random_profile *random = malloc(sizeof(*random));
	bool ask_libseccomp = kind == RANDOM_SIMPLE;

	assert_non_null(random);
	for (uint64_t seed = 1; seed <= RANDOM_PROFILES; seed++) {
		random_profile_init(random, seed, kind,
				    ask_libseccomp ? seccomp_oracle_knows : any_call);
		compare_profile(&random->profile, seed, ask_libseccomp);
	}
}

static void random_profiles_mean_what_libseccomp_says(void **state)
{
	(void)state;
	compare_random_profiles(RANDOM_SIMPLE);
}

static void contradictory_profiles_mean_what_the_header_says(void **state)
{
	(void)state;
	compare_random_profiles(RANDOM_ANY);
}

static void default_profile_means_what_libseccomp_says(void **state)
{
	struct containr_error err;

	(void)state;
	for (int cap = -1; cap <= CAP_CHECKPOINT_RESTORE; cap++) {
		uint64_t caps = cap < 0 ? CAPS_DEFAULT : CAPS_DEFAULT | CAPS_BIT(cap);
		autoseccomp_profile profile = { 0 };

		assert_int_equal(seccomp_profile_default(caps, &profile, &err), 0);
		compare_profile(&profile, (uint64_t)cap, true);
	}
}

static void default_profile_of_one_architecture_means_it_too(void **state)
{
	autoseccomp_profile profile = { 0 };
	struct containr_error err;

	(void)state;
	assert_int_equal(seccomp_profile_default(CAPS_ALL, &profile, &err), 0);
	profile.arches = 1U << SYSCALL_ARCH_NATIVE;
	compare_profile(&profile, 1, true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_profiles_mean_what_libseccomp_says),
		cmocka_unit_test(contradictory_profiles_mean_what_the_header_says),
		cmocka_unit_test(default_profile_means_what_libseccomp_says),
		cmocka_unit_test(default_profile_of_one_architecture_means_it_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
