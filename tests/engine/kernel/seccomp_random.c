/* SPDX-License-Identifier: MIT */
#include "seccomp_random.h"

#include "base/cleanup.h"

/* splitmix64 */
uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15U;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9U;
	z = (z ^ z >> 27) * 0x94d049bb133111ebU;
	return z ^ z >> 31;
}

unsigned rng_below(struct rng *rng, unsigned bound)
{
	return (unsigned)(rng_next(rng) % bound);
}

static const uint32_t actions[] = {
	SECCOMP_RET_ALLOW,	  SECCOMP_RET_ERRNO | EPERM, SECCOMP_RET_ERRNO | ENOSYS,
	SECCOMP_RET_KILL_PROCESS, SECCOMP_RET_KILL_THREAD,   SECCOMP_RET_TRAP,
	SECCOMP_RET_LOG,	  SECCOMP_RET_TRACE | 7,
};

static uint32_t random_action(struct rng *rng)
{
	return actions[rng_below(rng, ARRAY_LEN(actions))];
}

static uint64_t random_value(struct rng *rng)
{
	switch (rng_below(rng, 6)) {
	case 0:
	case 1:
		return rng_below(rng, 8);
	case 2:
		return UINT64_C(1) << rng_below(rng, 32);
	case 3:
		return (uint32_t)rng_next(rng);
	case 4:
		return UINT64_C(1) << rng_below(rng, 64);
	default:
		return rng_next(rng);
	}
}

static struct seccomp_arg random_arg(struct rng *rng, unsigned index, enum seccomp_op last_op)
{
	struct seccomp_arg arg = { .index = (uint8_t)index,
				   .op = (uint8_t)rng_below(rng, (unsigned)last_op + 1),
				   .value = random_value(rng) };

	if (arg.op == SECCOMP_OP_MASKED_EQ)
		arg.value_two = arg.value & rng_next(rng);
	return arg;
}

/* One rule in three has conditions; of these one in three has several on one argument. */
static uint32_t random_args(struct rng *rng, struct seccomp_arg *args, enum random_kind kind)
{
	uint32_t count = rng_below(rng, 3) == 0 ? 1 + rng_below(rng, 3) : 0;
	bool repeats = rng_below(rng, 3) == 0;
	enum seccomp_op last_op = SECCOMP_OP_MASKED_EQ;

	if (repeats && kind == RANDOM_SIMPLE)
		last_op = SECCOMP_OP_EQ;
	for (uint32_t i = 0; i < count; i++) {
		args[i] = random_arg(rng, repeats ? 0 : i * 2 + rng_below(rng, 2), last_op);
		if (kind == RANDOM_SIMPLE)
			args[i].value |= 1; /* or it may say nothing, which libseccomp drops */
	}
	return count;
}

/* Whether libseccomp could not be trusted with one more rule for this call. */
static bool is_taken(const struct random_profile *random, unsigned id, bool with_conditions)
{
	const struct syscall_row *row = &syscall_rows[id];

	if (row->x86_socketcall || row->x86_ipc)
		return random->is_named[id];
	if (!with_conditions)
		return false;
	return random->has_conditions[id] || id == SYSCALL_ID(socketcall) || id == SYSCALL_ID(ipc);
}

static void random_rule(struct random_profile *random, size_t at, struct rng *rng,
			enum random_kind kind, bool (*may_name)(unsigned id))
{
	struct seccomp_rule *rule = &random->rules[at];

	rule->args = random->args[at];
	rule->arg_count = random_args(rng, random->args[at], kind);
	rule->action = random_action(rng);
	rule->calls = random->calls[at];
	rule->call_count = 0;
	while (rule->call_count < RANDOM_CALLS_MAX) {
		unsigned id = rng_below(rng, SYSCALL_ID_COUNT);

		if (!may_name(id))
			continue;
		if (kind == RANDOM_SIMPLE && is_taken(random, id, rule->arg_count > 0))
			continue;
		random->is_named[id] = true;
		random->has_conditions[id] |= rule->arg_count > 0;
		random->calls[at][rule->call_count++] = (uint16_t)id;
	}
}

void random_profile_init(struct random_profile *random, uint64_t seed, enum random_kind kind,
			 bool (*may_name)(unsigned id))
{
	struct rng rng = { .state = seed };

	*random = (struct random_profile) { 0 };
	random->profile.default_action = random_action(&rng);
	random->profile.arches = 1U << SYSCALL_ARCH_NATIVE;
	if (rng_below(&rng, 2))
		random->profile.arches |=
			(uint32_t)rng_next(&rng) & ((1U << SYSCALL_ARCH_COUNT) - 1);
	random->profile.rules = random->rules;
	random->profile.rule_count = 1 + rng_below(&rng, RANDOM_RULES_MAX);
	for (size_t i = 0; i < random->profile.rule_count; i++)
		random_rule(random, i, &rng, kind, may_name);
}

static void values_add(struct random_values *values, uint64_t value)
{
	if (values->len < RANDOM_VALUES_MAX)
		values->items[values->len++] = value;
}

void random_values_collect(struct random_values *values, const struct seccomp_profile *profile)
{
	static const uint64_t always[] = { 0, 1, 0xffffffff, 0x100000000, UINT64_MAX };

	values->len = 0;
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		values_add(values, always[i]);
	for (size_t i = 0; i < profile->rule_count; i++) {
		for (uint32_t j = 0; j < profile->rules[i].arg_count; j++) {
			const struct seccomp_arg *arg = &profile->rules[i].args[j];

			values_add(values, arg->value);
			values_add(values, arg->value - 1);
			values_add(values, arg->value + 1);
			values_add(values, arg->value ^ 0x100000000);
			values_add(values, arg->value_two);
			values_add(values, arg->value_two | ~arg->value);
		}
	}
}

void random_values_pick(const struct random_values *values, struct rng *rng, bool is_multiplexer,
			struct seccomp_data *data)
{
	for (size_t i = 0; i < SECCOMP_ARG_COUNT; i++)
		data->args[i] = values->items[rng_next(rng) % values->len];
	if (is_multiplexer)
		data->args[0] = rng_below(rng, 26);
}
