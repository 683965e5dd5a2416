/* SPDX-License-Identifier: MIT */
#include "bpf_sim.h"

#include <linux/bpf_common.h>
#include <stdlib.h>
#include <string.h>

static bool jumps_stay_inside(const struct sock_filter *insn, size_t left)
{
	if (insn->code == (BPF_JMP | BPF_JA))
		return insn->k < left;
	return insn->jt < left && insn->jf < left;
}

static bool insn_valid(const struct sock_filter *insn, size_t left)
{
	switch (insn->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return insn->k % 4 == 0 && insn->k < sizeof(struct seccomp_data);
	case BPF_RET | BPF_K:
	case BPF_ALU | BPF_AND | BPF_K:
		return true;
	case BPF_JMP | BPF_JA:
	case BPF_JMP | BPF_JEQ | BPF_K:
	case BPF_JMP | BPF_JGT | BPF_K:
	case BPF_JMP | BPF_JGE | BPF_K:
	case BPF_JMP | BPF_JSET | BPF_K:
		return jumps_stay_inside(insn, left);
	default:
		return false;
	}
}

bool bpf_sim_valid(const struct sock_filter *insns, size_t len)
{
	if (len == 0 || len > BPF_MAXINSNS || BPF_CLASS(insns[len - 1].code) != BPF_RET)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!insn_valid(&insns[i], len - i - 1))
			return false;
	}
	return true;
}

static bool jump_taken(const struct sock_filter *insn, uint32_t accumulator)
{
	switch (BPF_OP(insn->code)) {
	case BPF_JEQ:
		return accumulator == insn->k;
	case BPF_JGT:
		return accumulator > insn->k;
	case BPF_JGE:
		return accumulator >= insn->k;
	default:
		return accumulator & insn->k;
	}
}

uint32_t bpf_sim_run(const struct sock_filter *insns, size_t len, const struct seccomp_data *data,
		     size_t *ret_steps)
{
	uint32_t accumulator = 0;
	size_t steps = 0;

	for (size_t pc = 0; pc < len; pc++) {
		const struct sock_filter *insn = &insns[pc];

		steps++;
		switch (insn->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&accumulator, (const char *)data + insn->k, sizeof(accumulator));
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			accumulator &= insn->k;
			break;
		case BPF_JMP | BPF_JA:
			pc += insn->k;
			break;
		case BPF_RET | BPF_K:
			if (ret_steps)
				*ret_steps = steps;
			return insn->k;
		default:
			pc += jump_taken(insn, accumulator) ? insn->jt : insn->jf;
			break;
		}
	}
	abort(); /* bpf_sim_valid() would have said no */
}
