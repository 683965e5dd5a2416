/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp.h"

#include "base/cleanup.h"
#include "kernel/seccomp_args.h"
#include "kernel/seccomp_bpf.h"
#include "kernel/syscall_ids.h"

#include <assert.h>
#include <string.h>

/*
 * From a profile to a program, in two steps.
 *
 * First each system call gets a verdict, the same for all architectures: an action, or a list of
 * alternatives with conditions. Then each architecture's calls are walked by rising number;
 * neighbours with one verdict become a range, and the ranges become a balanced search tree. With
 * docker's default profile that is some 60 ranges for x86_64 instead of 400 comparisons in a row;
 * loading it costs the kernel, which runs a new filter once for every call number, a tenth.
 */

/* Calls that only 32-bit ARM has, far above its table (asm/unistd.h, __ARM_NR_BASE): nothing from
 * here on is a newer call. */
#define ARM_PRIVATE_FIRST 0xf0000

/* ptrace(2) skips a call by giving it this number, which no architecture has. */
#define NUMBER_SKIPPED UINT32_MAX

/* Far more than fit a program, as each takes an instruction or repeats what another one says. */
#define ALTERNATIVES_MAX UINT16_MAX

struct verdict {
	uint32_t action;
	uint16_t last_alternative; /* index + 1; 0 for none; not looked at when settled */
	bool is_settled;	   /* a rule without conditions has spoken */
	bool is_named;		   /* some rule speaks of the call */
};

/*
 * All working memory is one block, arranged so that few pages of it are ever touched: on a fresh
 * process each costs more than the compiling. The program grows down from the end of `writer`,
 * the ranges grow up right behind it.
 */
struct compiler {
	const struct seccomp_profile *profile;
	uint32_t arches;
	uint16_t alternative_count;
	struct seccomp_alternative *alternatives;
	struct seccomp_interval *intervals;
	struct bpf_ranges ranges;
	struct verdict verdicts[SYSCALL_ID_COUNT];
	struct bpf_writer writer;
	struct bpf_range range_items[BPF_RANGES_MAX];
};

/* -------------------------------------------------------- verdicts --- */

static bool has_repeated_index(const struct seccomp_rule *rule)
{
	unsigned seen = 0;

	for (uint32_t i = 0; i < rule->arg_count; i++) {
		unsigned bit = 1U << rule->args[i].index;

		if (seen & bit)
			return true;
		seen |= bit;
	}
	return false;
}

static void add_alternative(struct compiler *compiler, unsigned id,
			    struct seccomp_alternative alternative)
{
	struct verdict *verdict = &compiler->verdicts[id];

	if (verdict->is_settled)
		return;
	alternative.previous = verdict->last_alternative;
	compiler->alternatives[compiler->alternative_count++] = alternative;
	verdict->last_alternative = compiler->alternative_count;
}

/* Adds the conditions of @rule to call @id: its own ones for @multiplexed_call 0, else those of the
 * call that has this number inside socketcall(2) or ipc(2), which is @id. */
static void add_conditions(struct compiler *compiler, unsigned id, const struct seccomp_rule *rule,
			   uint8_t multiplexed_call)
{
	struct seccomp_alternative alternative = { .args = rule->args,
						   .action = rule->action,
						   .multiplexed_call = multiplexed_call };

	if (!has_repeated_index(rule)) {
		alternative.arg_count = (uint8_t)rule->arg_count;
		add_alternative(compiler, id, alternative);
		return;
	}
	alternative.arg_count = 1;
	for (uint32_t i = 0; i < rule->arg_count; i++) {
		alternative.args = &rule->args[i];
		add_alternative(compiler, id, alternative);
	}
}

static void add_call(struct compiler *compiler, unsigned id, const struct seccomp_rule *rule)
{
	struct verdict *verdict = &compiler->verdicts[id];

	verdict->is_named = true;
	if (rule->action == compiler->profile->default_action)
		return;
	if (rule->arg_count > 0) {
		add_conditions(compiler, id, rule, 0);
	} else if (!verdict->is_settled) {
		verdict->is_settled = true;
		verdict->action = rule->action;
	}
}

/* Says the same of a call where it goes through socketcall(2) or ipc(2), once its own verdict is
 * settled. */
static void add_multiplexed_call(struct compiler *compiler, unsigned id,
				 const struct seccomp_rule *rule)
{
	const struct syscall_row *row = &syscall_rows[id];
	const struct verdict *verdict = &compiler->verdicts[id];
	unsigned through = row->x86_socketcall ? SYSCALL_ID(socketcall) : SYSCALL_ID(ipc);

	if (!row->x86_socketcall && !row->x86_ipc)
		return;
	compiler->verdicts[through].is_named = true;
	if (rule->action == compiler->profile->default_action)
		return;
	if (verdict->is_settled && (rule->arg_count > 0 || rule->action != verdict->action))
		return;
	add_conditions(compiler, through, rule,
		       row->x86_socketcall ? row->x86_socketcall : row->x86_ipc);
}

static int check_rule(const struct seccomp_rule *rule, struct containr_error *err)
{
	for (uint32_t i = 0; i < rule->arg_count; i++) {
		if (rule->args[i].index >= SECCOMP_ARG_COUNT)
			return fail(err, CONTAINR_E_INVALID_CONFIG,
				    "seccomp condition on argument %u: calls have %d arguments",
				    rule->args[i].index, SECCOMP_ARG_COUNT);
		assert(rule->args[i].op <= SECCOMP_OP_MASKED_EQ);
	}
	for (uint32_t i = 0; i < rule->call_count; i++)
		assert(rule->calls[i] < SYSCALL_ID_COUNT);
	return 0;
}

/* How many alternatives @rule can make: one for each condition of each call that it speaks of, and
 * one more where i386 has a second way to the call. */
static uint64_t count_of_rule(const struct seccomp_rule *rule)
{
	uint64_t direct = rule->arg_count, multiplexed = direct > 0 ? direct : 1, count = 0;

	for (uint32_t i = 0; i < rule->call_count; i++) {
		const struct syscall_row *row = &syscall_rows[rule->calls[i]];

		count += direct;
		if (row->x86_socketcall || row->x86_ipc)
			count += multiplexed;
	}
	return count;
}

static int count_alternatives(const struct seccomp_profile *profile, size_t *ret_count,
			      struct containr_error *err)
{
	uint64_t count = 0;
	int r;

	for (size_t i = 0; i < profile->rule_count; i++) {
		r = check_rule(&profile->rules[i], err);
		if (r < 0)
			return r;
		count += count_of_rule(&profile->rules[i]);
		if (count > ALTERNATIVES_MAX)
			return fail(err, CONTAINR_E_SECURITY_SECCOMP,
				    "seccomp profile has too many conditions");
	}
	*ret_count = (size_t)count;
	return 0;
}

static void for_each_call(struct compiler *compiler,
			  void (*add)(struct compiler *, unsigned, const struct seccomp_rule *))
{
	const struct seccomp_profile *profile = compiler->profile;

	for (size_t i = 0; i < profile->rule_count; i++) {
		const struct seccomp_rule *rule = &profile->rules[i];

		for (uint32_t call = 0; call < rule->call_count; call++)
			add(compiler, rule->calls[call], rule);
	}
}

/* --------------------------------------------------------- program --- */

static struct bpf_target write_verdict(struct compiler *compiler, unsigned id,
				       enum syscall_arch arch)
{
	const struct verdict *verdict = &compiler->verdicts[id];
	struct bpf_target otherwise = bpf_return(compiler->profile->default_action);
	/* Behind the ranges of the system calls, to share their pages. */
	struct seccomp_args_scratch scratch = {
		.ranges = compiler->range_items + compiler->ranges.len,
		.range_max = BPF_RANGES_MAX - compiler->ranges.len,
		.intervals = compiler->intervals,
	};

	if (verdict->is_settled)
		return bpf_return(verdict->action);
	if (scratch.range_max == 0) {
		compiler->writer.overflow = true;
		return otherwise;
	}
	return seccomp_write_alternatives(&compiler->writer, &scratch, compiler->alternatives,
					  verdict->last_alternative, otherwise,
					  syscall_arches[arch].args_are_32bit);
}

/* What calls get that are newer than any the profile speaks of. */
static uint32_t action_for_newer(uint32_t default_action)
{
	if ((default_action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO)
		return SECCOMP_RET_ERRNO | ENOSYS;
	return default_action;
}

/*
 * Says where the calls of @arch go, beginning at number @base (x32 has a part of x86_64's range).
 *
 * Behind each call that the profile speaks of, numbers are first taken for newer ones; when another
 * such call follows, the gap between the two turns out to be calls that it passes over.
 */
static void push_arch(struct compiler *compiler, enum syscall_arch arch, uint32_t base)
{
	const struct syscall_order *order = &syscall_orders[arch];
	struct bpf_ranges *ranges = &compiler->ranges;
	uint32_t default_action = compiler->profile->default_action;
	struct bpf_target fallback = bpf_return(default_action);
	struct bpf_target newer = bpf_return(action_for_newer(default_action));
	uint32_t gap = base; /* first number behind the last call that was spoken of */

	for (size_t i = 0; i < order->len; i++) {
		unsigned id = order->ids[i];
		uint32_t number = (uint32_t)syscall_rows[id].number[arch];

		if (!compiler->verdicts[id].is_named)
			continue;
		if (number >= ARM_PRIVATE_FIRST && gap < ARM_PRIVATE_FIRST)
			gap = ARM_PRIVATE_FIRST;
		bpf_ranges_push(ranges, gap, fallback);
		bpf_ranges_push(ranges, base + number, write_verdict(compiler, id, arch));
		gap = base + number + 1;
		bpf_ranges_push(ranges, gap, newer);
	}
	if (gap > base && arch == SYSCALL_ARCH_ARM && gap < ARM_PRIVATE_FIRST)
		gap = ARM_PRIVATE_FIRST;
	if (gap == base || arch == SYSCALL_ARCH_ARM)
		bpf_ranges_push(ranges, gap, fallback);
}

/* Writes the part of the program for one value of seccomp_data.arch. */
static struct bpf_target write_arch(struct compiler *compiler, enum syscall_arch arch)
{
	struct bpf_ranges *ranges = &compiler->ranges;
	struct bpf_target fallback = bpf_return(compiler->profile->default_action);
	struct bpf_target root;

	bpf_ranges_init(ranges, compiler->range_items, BPF_RANGES_MAX, fallback);
	push_arch(compiler, arch, 0);
	if (arch == SYSCALL_ARCH_X86_64 && (compiler->arches & 1U << SYSCALL_ARCH_X32)) {
		push_arch(compiler, SYSCALL_ARCH_X32, SYSCALL_X32_BIT);
	} else if (arch == SYSCALL_ARCH_X86_64) {
		bpf_ranges_push(ranges, SYSCALL_X32_BIT, bpf_return(SECCOMP_RET_KILL_PROCESS));
		bpf_ranges_push(ranges, NUMBER_SKIPPED, fallback);
	}
	root = bpf_write_ranges(&compiler->writer, ranges);
	if (root.kind == BPF_TO_RETURN)
		return root;
	return bpf_write_load(&compiler->writer, offsetof(struct seccomp_data, nr), root);
}

static void write_program(struct compiler *compiler)
{
	struct bpf_writer *writer = &compiler->writer;
	struct bpf_target targets[SYSCALL_ARCH_COUNT];
	struct bpf_target next = bpf_return(SECCOMP_RET_KILL_PROCESS);

	for (int arch = 0; arch < SYSCALL_ARCH_COUNT; arch++) {
		if (compiler->arches & 1U << arch && arch != SYSCALL_ARCH_X32)
			targets[arch] = write_arch(compiler, (enum syscall_arch)arch);
	}
	for (int arch = SYSCALL_ARCH_COUNT - 1; arch >= 0; arch--) {
		if (compiler->arches & 1U << arch && arch != SYSCALL_ARCH_X32)
			next = bpf_write_branch(writer, BPF_JEQ, syscall_arches[arch].audit,
						targets[arch], next);
	}
	(void)bpf_write_load(writer, offsetof(struct seccomp_data, arch), next);
}

/* -------------------------------------------------------- public --- */

static bool uses_action(const struct seccomp_profile *profile, uint32_t action)
{
	for (size_t i = 0; i < profile->rule_count; i++) {
		if ((profile->rules[i].action & SECCOMP_RET_ACTION_FULL) == action)
			return true;
	}
	return (profile->default_action & SECCOMP_RET_ACTION_FULL) == action;
}

static unsigned flags_of(const struct seccomp_profile *profile)
{
	/* Only a filter with a listener may wait for it; the kernel refuses the flag otherwise. */
	if (uses_action(profile, SECCOMP_RET_USER_NOTIF))
		return profile->flags | SECCOMP_FILTER_FLAG_NEW_LISTENER;
	return profile->flags & ~(unsigned)SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
}

static struct compiler *compiler_new(const struct seccomp_profile *profile, size_t alternatives)
{
	size_t size = sizeof(struct compiler);
	struct compiler *compiler;

	size += alternatives *
		(sizeof(struct seccomp_alternative) + 2 * sizeof(struct seccomp_interval));
	compiler = malloc(size);
	if (!compiler)
		return NULL;
	compiler->profile = profile;
	compiler->arches = profile->arches | 1U << SYSCALL_ARCH_NATIVE;
	compiler->alternatives = (struct seccomp_alternative *)(compiler + 1);
	compiler->alternative_count = 0;
	compiler->intervals = (struct seccomp_interval *)(compiler->alternatives + alternatives);
	memset(compiler->verdicts, 0, sizeof(compiler->verdicts));
	bpf_writer_init(&compiler->writer);
	return compiler;
}

int seccomp_filter_compile(const struct seccomp_profile *profile, struct seccomp_filter *ret_filter,
			   struct containr_error *err)
{
	autofree struct compiler *compiler = NULL;
	struct sock_filter *insns;
	size_t alternatives = 0, len;
	int r;

	r = count_alternatives(profile, &alternatives, err);
	if (r < 0)
		return r;
	compiler = compiler_new(profile, alternatives);
	if (!compiler)
		return fail_oom(err);
	for_each_call(compiler, add_call);
	if (compiler->arches & 1U << SYSCALL_ARCH_X86)
		for_each_call(compiler, add_multiplexed_call);
	write_program(compiler);
	if (compiler->writer.overflow) {
		(void)fail(err, CONTAINR_E_SECURITY_SECCOMP,
			   "seccomp profile is too long for the kernel's %d instructions",
			   BPF_MAXINSNS);
		return fail_hint(err, "compare fewer arguments, or list fewer architectures");
	}
	len = compiler->writer.len;
	insns = malloc(len * sizeof(*insns));
	if (!insns)
		return fail_oom(err);
	memcpy(insns, bpf_writer_start(&compiler->writer), len * sizeof(*insns));
	*ret_filter = (struct seccomp_filter) {
		.insns = insns,
		.len = len,
		.flags = flags_of(profile),
	};
	return 0;
}
