/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SECCOMP_BPF_H
#define KERNEL_SECCOMP_BPF_H

#include <linux/bpf_common.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes a classic BPF program from its last instruction to its first.
 *
 * Jumps in classic BPF only go forward, so whoever writes backward knows every target when the jump
 * is written: no labels to fix up, no second pass. A label is the number of instructions from the
 * target to the program's end, the target included. Conditional jumps reach 255 instructions;
 * where that is too short, the writer puts a jump or another return in between.
 *
 * Nothing here fails visibly: a program that outgrows the kernel's limit sets `overflow`, and later
 * writes do nothing.
 */

enum bpf_target_kind {
	BPF_TO_LABEL,
	BPF_TO_RETURN,
};

/* Where control goes: to an instruction, or out of the program with a verdict. */
struct bpf_target {
	enum bpf_target_kind kind;
	uint32_t value; /* label, or SECCOMP_RET_* */
};

#define BPF_RECENT_RETURNS 8

struct bpf_writer {
	uint32_t len;
	bool overflow;
	/* Returns written lately, to be jumped to again while they are near. */
	unsigned next_recent;
	struct {
		uint32_t action;
		uint32_t label; /* 0: unused */
	} recent[BPF_RECENT_RETURNS];
	struct sock_filter insns[BPF_MAXINSNS]; /* the last `len` ones are written */
};

/* From number `first` up to the next range's first, control goes to `target`. */
struct bpf_range {
	uint32_t first;
	uint16_t group; /* scratch of bpf_write_ranges() */
	struct bpf_target target;
};

#define BPF_RANGES_MAX BPF_MAXINSNS /* more cannot be of use to one program */

/* Ranges by rising number, in memory of the caller; the first one begins at 0. */
struct bpf_ranges {
	struct bpf_range *items;
	size_t len;
	size_t max;
	bool overflow;
};

struct bpf_target bpf_return(uint32_t action);
bool bpf_target_same(struct bpf_target left, struct bpf_target right);

void bpf_writer_init(struct bpf_writer *writer);

/** Returns the first instruction of what was written. */
const struct sock_filter *bpf_writer_start(const struct bpf_writer *writer);

/**
 * Writes a comparison of the accumulator with @k; @jump is BPF_JEQ, BPF_JGT, BPF_JGE or BPF_JSET.
 * Returns where to go for it: straight to the targets if they are the same.
 */
struct bpf_target bpf_write_branch(struct bpf_writer *writer, uint16_t jump, uint32_t k,
				   struct bpf_target if_true, struct bpf_target if_false);

/** Writes a load of 32 bits at @offset of seccomp_data in front of @next; returns the load. */
struct bpf_target bpf_write_load(struct bpf_writer *writer, uint32_t offset,
				 struct bpf_target next);

/** Writes `accumulator &= mask` in front of @next. */
struct bpf_target bpf_write_and(struct bpf_writer *writer, uint32_t mask, struct bpf_target next);

/** Begins with one range, in which every number goes to @target; @max is at least 1. */
void bpf_ranges_init(struct bpf_ranges *ranges, struct bpf_range *items, size_t max,
		     struct bpf_target target);

/**
 * Lets numbers from @first on go to @target. @first must not be below an earlier one; the same
 * number again replaces what was said of it.
 */
void bpf_ranges_push(struct bpf_ranges *ranges, uint32_t first, struct bpf_target target);

/** Writes a search tree for the accumulator; returns its root. */
struct bpf_target bpf_write_ranges(struct bpf_writer *writer, struct bpf_ranges *ranges);

#endif
