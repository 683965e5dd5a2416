/* SPDX-License-Identifier: MIT */
#include "seccomp_model.h"

#include "kernel/syscall_ids.h"

#include <errno.h>

/* The call under judgement, as its architecture sees it. */
struct call {
	const struct seccomp_profile *profile;
	const struct seccomp_data *data;
	enum syscall_arch arch;
	int id; /* -1 for a number without a name */
};

static bool condition_holds(const struct call *call, const struct seccomp_arg *arg)
{
	uint64_t mask = syscall_arches[call->arch].args_are_32bit ? UINT32_MAX : UINT64_MAX;
	uint64_t actual = call->data->args[arg->index] & mask, value = arg->value & mask;

	switch ((enum seccomp_op)arg->op) {
	case SECCOMP_OP_EQ:
		return actual == value;
	case SECCOMP_OP_NE:
		return actual != value;
	case SECCOMP_OP_LT:
		return actual < value;
	case SECCOMP_OP_LE:
		return actual <= value;
	case SECCOMP_OP_GT:
		return actual > value;
	case SECCOMP_OP_GE:
		return actual >= value;
	case SECCOMP_OP_MASKED_EQ:
		return (actual & value) == (arg->value_two & value);
	}
	return false;
}

static bool repeats_index(const struct seccomp_rule *rule)
{
	for (uint32_t i = 0; i < rule->arg_count; i++) {
		for (uint32_t j = 0; j < i; j++) {
			if (rule->args[i].index == rule->args[j].index)
				return true;
		}
	}
	return false;
}

/* @first_is_lost: the condition on argument 0 cannot be checked and counts as fulfilled. */
static bool rule_holds(const struct call *call, const struct seccomp_rule *rule, bool first_is_lost)
{
	bool any = repeats_index(rule);

	for (uint32_t i = 0; i < rule->arg_count; i++) {
		bool lost = first_is_lost && rule->args[i].index == 0;

		if ((lost || condition_holds(call, &rule->args[i])) == any)
			return any;
	}
	return !any;
}

static bool names(const struct seccomp_rule *rule, int id)
{
	for (uint32_t i = 0; i < rule->call_count; i++) {
		if (rule->calls[i] == id)
			return true;
	}
	return false;
}

/* What the rules that name @id say; false if none says anything. */
static bool direct_verdict(const struct call *call, int id, bool first_is_lost,
			   uint32_t *ret_action)
{
	const struct seccomp_profile *profile = call->profile;

	for (int conditions = 0; conditions < 2; conditions++) {
		for (size_t i = 0; i < profile->rule_count; i++) {
			const struct seccomp_rule *rule = &profile->rules[i];

			if (rule->action == profile->default_action || !names(rule, id) ||
			    (rule->arg_count > 0) != conditions)
				continue;
			if (rule_holds(call, rule, first_is_lost)) {
				*ret_action = rule->action;
				return true;
			}
		}
	}
	return false;
}

/* socketcall(2) and ipc(2) make the call whose number is their first argument. */
static bool multiplexed_verdict(const struct call *call, uint32_t *ret_action)
{
	uint32_t number = (uint32_t)call->data->args[0];

	for (size_t id = 0; id < syscall_row_count; id++) {
		const struct syscall_row *row = &syscall_rows[id];
		uint32_t through =
			call->id == SYSCALL_ID(socketcall) ? row->x86_socketcall : row->x86_ipc;

		if (through > 0 && through == number)
			return direct_verdict(call, (int)id, true, ret_action);
	}
	return false;
}

uint32_t seccomp_model_after_newest(const struct seccomp_profile *profile, enum syscall_arch arch)
{
	int32_t newest = -1;

	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		for (uint32_t call = 0; call < rule->call_count; call++) {
			const struct syscall_row *row = &syscall_rows[rule->calls[call]];
			int32_t number = row->number[arch];

			/* Through socketcall(2), number 102, and ipc(2), 117. */
			if (arch == SYSCALL_ARCH_X86 && row->x86_socketcall && newest < 102)
				newest = 102;
			if (arch == SYSCALL_ARCH_X86 && row->x86_ipc && newest < 117)
				newest = 117;
			/* 32-bit ARM's private calls lie far above its table. */
			if (number > newest && number < 0xf0000)
				newest = number;
		}
	}
	return (uint32_t)(newest + 1);
}

static uint32_t default_verdict(const struct call *call, uint32_t number)
{
	uint32_t after_newest = seccomp_model_after_newest(call->profile, call->arch);
	uint32_t action = call->profile->default_action;
	bool is_private = call->arch == SYSCALL_ARCH_ARM && number >= 0xf0000;

	if ((action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO && after_newest > 0 &&
	    number >= after_newest && !is_private)
		return SECCOMP_RET_ERRNO | ENOSYS;
	return action;
}

/* Finds the architecture; false if the profile has no place for it. */
static bool find_arch(struct call *call, uint32_t *ret_number)
{
	uint32_t arches = call->profile->arches | 1U << SYSCALL_ARCH_NATIVE;
	uint32_t number = (uint32_t)call->data->nr;

	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		bool is_x32 = call->data->arch == syscall_arches[SYSCALL_ARCH_X32].audit &&
			      number >= SYSCALL_X32_BIT;

		if (!(arches & 1U << arch) || syscall_arches[arch].audit != call->data->arch ||
		    is_x32 != (arch == SYSCALL_ARCH_X32))
			continue;
		call->arch = (enum syscall_arch)arch;
		*ret_number = is_x32 ? number - SYSCALL_X32_BIT : number;
		return true;
	}
	return false;
}

uint32_t seccomp_model_verdict(const struct seccomp_profile *profile,
			       const struct seccomp_data *data)
{
	struct call call = { .profile = profile, .data = data, .id = -1 };
	uint32_t number, action;

	if (!find_arch(&call, &number)) {
		/* A call that a tracer skips. */
		if (data->arch == syscall_arches[SYSCALL_ARCH_X86_64].audit && data->nr == -1)
			return profile->default_action;
		return SECCOMP_RET_KILL_PROCESS;
	}
	if (number <= INT32_MAX)
		call.id = syscall_find_number(call.arch, (int32_t)number);
	if (call.id < 0)
		return default_verdict(&call, number);
	if (direct_verdict(&call, call.id, false, &action))
		return action;
	if ((call.id == SYSCALL_ID(socketcall) || call.id == SYSCALL_ID(ipc)) &&
	    multiplexed_verdict(&call, &action))
		return action;
	return default_verdict(&call, number);
}
