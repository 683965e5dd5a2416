/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SECCOMP_ARGS_H
#define KERNEL_SECCOMP_ARGS_H

#include "kernel/seccomp.h"
#include "kernel/seccomp_bpf.h"

/*
 * The part of the seccomp compiler that looks at arguments. For each system call with conditions it
 * writes one block: alternatives, tried in the order of the profile, each a row of conditions that
 * must all hold. Alternatives that compare one argument with plain numbers, which is what profiles
 * mostly have ("socket with one of these 30 address families"), become one search tree.
 */

struct seccomp_alternative {
	const struct seccomp_arg *args; /* no two with the same index */
	uint32_t action;
	uint32_t previous; /* the one before it in the profile, as its index + 1; 0 for none */
	uint8_t arg_count;
	/* The call inside socketcall(2) or ipc(2) whose rule this is, 0 for none: argument 0 must
	 * be this number, and the rule's own condition on argument 0 cannot be checked. */
	uint8_t multiplexed_call;
};

struct seccomp_interval {
	uint32_t first;
	uint32_t last;
};

/* Working memory; the caller provides it so that compiling takes one allocation. */
struct seccomp_args_scratch {
	struct bpf_range *ranges;
	size_t range_max;
	struct seccomp_interval *intervals; /* room for two for each alternative */
};

/**
 * Writes the block of one system call.
 *
 * @all, @last:     alternatives, and the last one of this call as its index + 1
 * @otherwise:      where to go when none holds
 * @args_are_32bit: compare lower halves only
 */
struct bpf_target seccomp_write_alternatives(struct bpf_writer *writer,
					     const struct seccomp_args_scratch *scratch,
					     const struct seccomp_alternative *all, uint32_t last,
					     struct bpf_target otherwise, bool args_are_32bit);

#endif
