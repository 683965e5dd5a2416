/* SPDX-License-Identifier: MIT */
#include "seccomp_oracle.h"

#include "base/cleanup.h"

#include <seccomp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <cmocka.h>

static const uint32_t tokens[SYSCALL_ARCH_COUNT] = {
	[SYSCALL_ARCH_X86_64] = SCMP_ARCH_X86_64, [SYSCALL_ARCH_X86] = SCMP_ARCH_X86,
	[SYSCALL_ARCH_X32] = SCMP_ARCH_X32,	  [SYSCALL_ARCH_AARCH64] = SCMP_ARCH_AARCH64,
	[SYSCALL_ARCH_ARM] = SCMP_ARCH_ARM,
};

static const enum scmp_compare compare_of_op[] = {
	[SECCOMP_OP_EQ] = SCMP_CMP_EQ,
	[SECCOMP_OP_NE] = SCMP_CMP_NE,
	[SECCOMP_OP_LT] = SCMP_CMP_LT,
	[SECCOMP_OP_LE] = SCMP_CMP_LE,
	[SECCOMP_OP_GT] = SCMP_CMP_GT,
	[SECCOMP_OP_GE] = SCMP_CMP_GE,
	[SECCOMP_OP_MASKED_EQ] = SCMP_CMP_MASKED_EQ,
};

static struct scmp_arg_cmp compare_of(const struct seccomp_arg *arg)
{
	return (struct scmp_arg_cmp) {
		.arg = arg->index,
		.op = compare_of_op[arg->op],
		.datum_a = arg->value,
		.datum_b = arg->value_two,
	};
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

static void add_compares(scmp_filter_ctx ctx, uint32_t action, int number, unsigned count,
			 const struct scmp_arg_cmp *compares)
{
	int r = seccomp_rule_add_array(ctx, action, number, count, compares);

	/* It minds being told the same thing twice. */
	if (r != -EEXIST)
		assert_int_equal(r, 0);
}

/* As runc's matchCall: repeated indexes make every condition a rule of its own. */
static void add_rule(scmp_filter_ctx ctx, const struct seccomp_rule *rule, int number)
{
	struct scmp_arg_cmp compares[SECCOMP_ARG_COUNT];

	if (repeats_index(rule)) {
		for (uint32_t i = 0; i < rule->arg_count; i++) {
			compares[0] = compare_of(&rule->args[i]);
			add_compares(ctx, rule->action, number, 1, compares);
		}
		return;
	}
	for (uint32_t i = 0; i < rule->arg_count; i++)
		compares[i] = compare_of(&rule->args[i]);
	add_compares(ctx, rule->action, number, rule->arg_count, compares);
}

static void read_program(scmp_filter_ctx ctx, struct seccomp_filter *ret_filter)
{
	autoclose int fd = memfd_create("bpf", MFD_CLOEXEC);
	struct stat st;

	assert_true(fd >= 0);
	assert_int_equal(seccomp_export_bpf(ctx, fd), 0);
	assert_int_equal(fstat(fd, &st), 0);
	ret_filter->insns = malloc((size_t)st.st_size);
	assert_non_null(ret_filter->insns);
	assert_int_equal(pread(fd, ret_filter->insns, (size_t)st.st_size, 0), st.st_size);
	ret_filter->len = (size_t)st.st_size / sizeof(struct sock_filter);
	ret_filter->flags = 0;
}

void seccomp_oracle_compile(const struct seccomp_profile *profile,
			    struct seccomp_filter *ret_filter)
{
	scmp_filter_ctx ctx = seccomp_init(profile->default_action);

	assert_non_null(ctx);
	assert_int_equal(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), 0);
	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		if ((profile->arches & 1U << arch) && arch != SYSCALL_ARCH_NATIVE)
			assert_int_equal(seccomp_arch_add(ctx, tokens[arch]), 0);
	}
	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		if (rule->action == profile->default_action)
			continue;
		for (uint32_t call = 0; call < rule->call_count; call++) {
			const char *name = syscall_rows[rule->calls[call]].name;
			int number = seccomp_syscall_resolve_name(name);

			if (number != __NR_SCMP_ERROR)
				add_rule(ctx, rule, number);
		}
	}
	read_program(ctx, ret_filter);
	seccomp_release(ctx);
}

bool seccomp_oracle_knows(unsigned id)
{
	return seccomp_syscall_resolve_name(syscall_rows[id].name) != __NR_SCMP_ERROR;
}
