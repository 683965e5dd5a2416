/* SPDX-License-Identifier: MIT */
#include "kernel/device_filter.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

void device_rule_format(const struct device_rule *rule, char *out, size_t size)
{
	char major[24] = "*";
	char minor[24] = "*";

	/* "a" alone stands for everything; the kernel takes no numbers with it */
	if (rule->type == 'a' && rule->major < 0 && rule->minor < 0) {
		(void)snprintf(out, size, "a");
		return;
	}
	if (rule->major >= 0)
		(void)snprintf(major, sizeof(major), "%" PRId64, rule->major);
	if (rule->minor >= 0)
		(void)snprintf(minor, sizeof(minor), "%" PRId64, rule->minor);
	(void)snprintf(out, size, "%c %s:%s %s%s%s", rule->type, major, minor,
		       rule->access & DEVICE_READ ? "r" : "",
		       rule->access & DEVICE_WRITE ? "w" : "",
		       rule->access & DEVICE_MKNOD ? "m" : "");
}

/* Registers: r1 is the context, then r2 type, r3 access, r4 major, r5 minor; r0 the answer. */
#define INSNS_HEAD 6
#define INSNS_PER_RULE 9
#define INSNS_VERDICT 2

struct program {
	struct bpf_insn *insns;
	size_t len;
};

static void emit(struct program *program, uint8_t code, unsigned int dst, unsigned int src,
		 int16_t offset, int32_t immediate)
{
	program->insns[program->len++] = (struct bpf_insn) {
		.code = code,
		.dst_reg = dst & 15,
		.src_reg = src & 15,
		.off = offset,
		.imm = immediate,
	};
}

/* struct bpf_cgroup_dev_ctx: access_type is access << 16 | type, with bits mknod 1, read 2, write 4
 */
static void emit_head(struct program *program)
{
	emit(program, BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0);
	emit(program, BPF_ALU64 | BPF_MOV | BPF_X, 3, 2, 0, 0);
	emit(program, BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff);
	emit(program, BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16);
	emit(program, BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0);
	emit(program, BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0);
}

static int32_t access_outside(unsigned int access)
{
	int32_t kernel_bits = 0;

	if (!(access & DEVICE_MKNOD))
		kernel_bits |= BPF_DEVCG_ACC_MKNOD;
	if (!(access & DEVICE_READ))
		kernel_bits |= BPF_DEVCG_ACC_READ;
	if (!(access & DEVICE_WRITE))
		kernel_bits |= BPF_DEVCG_ACC_WRITE;
	return kernel_bits;
}

/*
 * A rule is left, by a jump behind its end, at the first part that does not match. An allowing rule
 * must cover all that is asked for; a denying one bites if it covers any of it. Returns whether the
 * rule decides everything: what would follow it cannot be reached, and the kernel's verifier
 * refuses a program with such instructions.
 */
static bool emit_rule(struct program *program, const struct device_rule *rule)
{
	size_t first = program->len;
	size_t end;
	int32_t outside = access_outside(rule->access);

	if (rule->type != 'a')
		emit(program, BPF_JMP | BPF_JNE | BPF_K, 2, 0, 0,
		     rule->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
	if (outside) {
		emit(program, BPF_ALU64 | BPF_MOV | BPF_X, 1, 3, 0, 0);
		emit(program, BPF_ALU | BPF_AND | BPF_K, 1, 0, 0, rule->allow ? outside : ~outside);
		emit(program, BPF_JMP | (rule->allow ? BPF_JNE : BPF_JEQ) | BPF_K, 1, 0, 0, 0);
	}
	if (rule->major >= 0)
		emit(program, BPF_JMP | BPF_JNE | BPF_K, 4, 0, 0, (int32_t)rule->major);
	if (rule->minor >= 0)
		emit(program, BPF_JMP | BPF_JNE | BPF_K, 5, 0, 0, (int32_t)rule->minor);
	emit(program, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, rule->allow);
	emit(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
	end = program->len;
	for (size_t i = first; i < end; i++)
		if (BPF_CLASS(program->insns[i].code) == BPF_JMP &&
		    BPF_OP(program->insns[i].code) != BPF_EXIT)
			program->insns[i].off = (int16_t)(end - i - 1);
	return end - first == INSNS_VERDICT;
}

/* The last rule that matches decides, so they are asked from the last to the first. */
static void emit_rules(struct program *program, const struct device_rule *rules, size_t count)
{
	for (size_t i = count; i > 0; i--)
		if (emit_rule(program, &rules[i - 1]))
			return;
	emit(program, BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0);
	emit(program, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

int device_filter_attach(int cgroup, const struct device_rule *rules, size_t count,
			 struct containr_error *err)
{
	autofree struct bpf_insn *insns = NULL;
	autoclose int fd = -1;
	struct program program = { 0 };
	static const char license[] = "MIT";
	union bpf_attr load = { .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE };
	union bpf_attr attach = { .attach_type = BPF_CGROUP_DEVICE };

	insns = calloc(INSNS_HEAD + count * INSNS_PER_RULE + INSNS_VERDICT, sizeof(*insns));
	if (!insns)
		return fail_oom(err);
	program.insns = insns;
	emit_head(&program);
	emit_rules(&program, rules, count);
	load.insns = (uint64_t)(uintptr_t)insns;
	load.insn_cnt = (uint32_t)program.len;
	load.license = (uint64_t)(uintptr_t)license;
	fd = (int)syscall(SYS_bpf, BPF_PROG_LOAD, &load, sizeof(load));
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot load the device filter");
	attach.target_fd = (uint32_t)cgroup;
	attach.attach_bpf_fd = (uint32_t)fd;
	if (syscall(SYS_bpf, BPF_PROG_ATTACH, &attach, sizeof(attach)) < 0)
		return fail_sys(err, CONTAINR_E_CGROUP_SETUP, "cannot attach the device filter");
	return 0;
}
