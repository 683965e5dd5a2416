/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SECCOMP_RANDOM_H
#define TESTS_SECCOMP_RANDOM_H

#include "kernel/seccomp.h"
#include "kernel/syscall_ids.h"

/* Profiles and argument values drawn from a seed: the same on every machine and in every run. */

#define RANDOM_RULES_MAX 24
#define RANDOM_CALLS_MAX 8
#define RANDOM_VALUES_MAX 512

struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *rng);
unsigned rng_below(struct rng *rng, unsigned bound);

enum random_kind {
	/* Everything a profile can say, rules that contradict each other included. */
	RANDOM_ANY,
	/* At most one rule with conditions for a call, repeated indexes only to list numbers, one
	 * rule for what i386 has two ways to: what libseccomp 2.5 can be trusted with. Its tree
	 * goes wrong where conditions of two rules overlap (of "a0 < 0x400 or
	 * a0 <= 0xa534a6a6b7fd0b63" it keeps only the first), and it refuses rules that become
	 * one and the same for socketcall(2). */
	RANDOM_SIMPLE,
};

struct random_profile {
	struct seccomp_profile profile;
	struct seccomp_rule rules[RANDOM_RULES_MAX];
	uint16_t calls[RANDOM_RULES_MAX][RANDOM_CALLS_MAX];
	struct seccomp_arg args[RANDOM_RULES_MAX][SECCOMP_ARG_COUNT];
	bool is_named[SYSCALL_ID_COUNT];
	bool has_conditions[SYSCALL_ID_COUNT];
};

/** @may_name: ids the profile may name */
void random_profile_init(struct random_profile *random, uint64_t seed, enum random_kind kind,
			 bool (*may_name)(unsigned id));

/* Argument values worth trying on a profile: those it compares with, and their neighbours. */
struct random_values {
	uint64_t items[RANDOM_VALUES_MAX];
	size_t len;
};

void random_values_collect(struct random_values *values, const struct seccomp_profile *profile);

/** Fills all arguments of a call; socketcall(2) and ipc(2) get a call number as their first. */
void random_values_pick(const struct random_values *values, struct rng *rng, bool is_multiplexer,
			struct seccomp_data *data);

#endif
