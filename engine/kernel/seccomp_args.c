/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp_args.h"

#include "base/cleanup.h"

#include <assert.h>
#include <stdlib.h>

/* An alternative as one architecture sees it. */
struct view {
	struct seccomp_arg args[SECCOMP_ARG_COUNT];
	size_t arg_count;
	struct bpf_target match;
	bool args_are_32bit;
};

static uint32_t offset_of_low_half(unsigned index)
{
	_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
		       "the halves of an argument lie the other way round");
	return (uint32_t)(offsetof(struct seccomp_data, args) + index * sizeof(uint64_t));
}

static uint32_t low_half(uint64_t value)
{
	return (uint32_t)value;
}

static uint32_t high_half(uint64_t value)
{
	return (uint32_t)(value >> 32);
}

static void view_add(struct view *view, struct seccomp_arg arg)
{
	assert(view->arg_count < SECCOMP_ARG_COUNT);
	if (view->args_are_32bit) {
		arg.value = low_half(arg.value);
		arg.value_two = low_half(arg.value_two);
	}
	view->args[view->arg_count++] = arg;
}

static struct view view_of(const struct seccomp_alternative *alternative, bool args_are_32bit)
{
	struct view view = { .match = bpf_return(alternative->action),
			     .args_are_32bit = args_are_32bit };
	bool multiplexed = alternative->multiplexed_call > 0;

	if (multiplexed)
		view_add(&view, (struct seccomp_arg) { .index = 0,
						       .op = SECCOMP_OP_EQ,
						       .value = alternative->multiplexed_call });
	for (uint32_t i = 0; i < alternative->arg_count; i++) {
		if (!multiplexed || alternative->args[i].index != 0)
			view_add(&view, alternative->args[i]);
	}
	return view;
}

/* ------------------------------------------------- one condition at a time --- */

/* How a 64-bit comparison falls apart: where to go when the upper half is above or below that of
 * the value, and how to compare the lower half when the upper halves are equal. */
struct comparison {
	struct bpf_target above;
	struct bpf_target below;
	uint16_t low_jump;
	struct bpf_target low_true;
	struct bpf_target low_false;
};

static struct comparison comparison_of(enum seccomp_op op, struct bpf_target yes,
				       struct bpf_target no)
{
	switch (op) {
	case SECCOMP_OP_NE:
		return (struct comparison) { yes, yes, BPF_JEQ, no, yes };
	case SECCOMP_OP_GT:
		return (struct comparison) { yes, no, BPF_JGT, yes, no };
	case SECCOMP_OP_GE:
		return (struct comparison) { yes, no, BPF_JGE, yes, no };
	case SECCOMP_OP_LT:
		return (struct comparison) { no, yes, BPF_JGE, no, yes };
	case SECCOMP_OP_LE:
		return (struct comparison) { no, yes, BPF_JGT, no, yes };
	case SECCOMP_OP_EQ:
	case SECCOMP_OP_MASKED_EQ:
		break;
	}
	return (struct comparison) { no, no, BPF_JEQ, yes, no };
}

static struct bpf_target write_masked_half(struct bpf_writer *writer, uint32_t offset,
					   uint32_t mask, uint32_t value, struct bpf_target yes,
					   struct bpf_target no)
{
	struct bpf_target next;

	if (mask == 0)
		return yes;
	next = bpf_write_branch(writer, BPF_JEQ, value & mask, yes, no);
	if (mask != UINT32_MAX)
		next = bpf_write_and(writer, mask, next);
	return bpf_write_load(writer, offset, next);
}

static struct bpf_target write_masked(struct bpf_writer *writer, const struct seccomp_arg *arg,
				      bool is_32bit, struct bpf_target yes, struct bpf_target no)
{
	uint32_t offset = offset_of_low_half(arg->index);

	yes = write_masked_half(writer, offset, low_half(arg->value), low_half(arg->value_two), yes,
				no);
	if (is_32bit)
		return yes;
	return write_masked_half(writer, offset + (uint32_t)sizeof(uint32_t), high_half(arg->value),
				 high_half(arg->value_two), yes, no);
}

static struct bpf_target write_condition(struct bpf_writer *writer, const struct seccomp_arg *arg,
					 bool is_32bit, struct bpf_target yes, struct bpf_target no)
{
	uint32_t offset = offset_of_low_half(arg->index);
	struct comparison compare;
	struct bpf_target next;

	if (arg->op == SECCOMP_OP_MASKED_EQ)
		return write_masked(writer, arg, is_32bit, yes, no);
	compare = comparison_of((enum seccomp_op)arg->op, yes, no);
	next = bpf_write_branch(writer, compare.low_jump, low_half(arg->value), compare.low_true,
				compare.low_false);
	next = bpf_write_load(writer, offset, next);
	if (is_32bit)
		return next;
	next = bpf_write_branch(writer, BPF_JEQ, high_half(arg->value), next, compare.below);
	if (!bpf_target_same(compare.above, compare.below))
		next = bpf_write_branch(writer, BPF_JGT, high_half(arg->value), compare.above,
					next);
	return bpf_write_load(writer, offset + (uint32_t)sizeof(uint32_t), next);
}

static struct bpf_target write_view(struct bpf_writer *writer, const struct view *view,
				    struct bpf_target otherwise)
{
	struct bpf_target next = view->match;

	for (size_t i = view->arg_count; i > 0; i--)
		next = write_condition(writer, &view->args[i - 1], view->args_are_32bit, next,
				       otherwise);
	return next;
}

/* --------------------------------------- many numbers of the same argument --- */

/* Whether an alternative only says which 32-bit numbers one argument may be. */
static bool is_plain(const struct view *view)
{
	return view->arg_count == 1 && view->args[0].op != SECCOMP_OP_MASKED_EQ &&
	       view->args[0].value <= UINT32_MAX;
}

static bool is_alike(const struct view *left, const struct view *right)
{
	return is_plain(right) && left->args[0].index == right->args[0].index &&
	       bpf_target_same(left->match, right->match);
}

/* What numbers a run of alternatives lets through. */
struct number_set {
	struct seccomp_interval *intervals;
	size_t len;
	bool above_32bit; /* also every number past 32 bits */
};

static void set_add(struct number_set *set, uint64_t first, uint64_t end)
{
	if (first >= end)
		return;
	set->intervals[set->len++] = (struct seccomp_interval) {
		.first = (uint32_t)first,
		.last = (uint32_t)(end - 1),
	};
}

static void set_add_condition(struct number_set *set, const struct seccomp_arg *arg)
{
	const uint64_t end = (uint64_t)UINT32_MAX + 1;

	switch ((enum seccomp_op)arg->op) {
	case SECCOMP_OP_NE:
		set_add(set, 0, arg->value);
		set_add(set, arg->value + 1, end);
		set->above_32bit = true;
		break;
	case SECCOMP_OP_LT:
		set_add(set, 0, arg->value);
		break;
	case SECCOMP_OP_LE:
		set_add(set, 0, arg->value + 1);
		break;
	case SECCOMP_OP_GT:
		set_add(set, arg->value + 1, end);
		set->above_32bit = true;
		break;
	case SECCOMP_OP_GE:
		set_add(set, arg->value, end);
		set->above_32bit = true;
		break;
	case SECCOMP_OP_EQ:
	case SECCOMP_OP_MASKED_EQ:
		set_add(set, arg->value, arg->value + 1);
		break;
	}
}

static int compare_intervals(const void *left, const void *right)
{
	const struct seccomp_interval *a = left, *b = right;

	return (a->first > b->first) - (a->first < b->first);
}

static void sort_intervals(struct number_set *set)
{
	struct seccomp_interval *intervals = set->intervals;
	bool sorted = true;

	/* Profiles tend to list numbers as they rise, and we come from the last one: turning the
	 * list around mostly sorts it, where musl's qsort takes as long as all the rest. */
	for (size_t low = 0, high = set->len; low + 1 < high; low++, high--) {
		struct seccomp_interval swapped = intervals[low];

		intervals[low] = intervals[high - 1];
		intervals[high - 1] = swapped;
	}
	for (size_t i = 1; i < set->len; i++)
		sorted = sorted && intervals[i - 1].first <= intervals[i].first;
	if (!sorted)
		qsort(intervals, set->len, sizeof(intervals[0]), compare_intervals);
}

static void push_set(struct bpf_ranges *ranges, const struct number_set *set, struct bpf_target yes,
		     struct bpf_target no)
{
	uint64_t covered = 0; /* numbers below are settled */

	for (size_t i = 0; i < set->len; i++) {
		const struct seccomp_interval *interval = &set->intervals[i];
		uint64_t end = (uint64_t)interval->last + 1;

		if (end <= covered)
			continue;
		if (interval->first >= covered)
			bpf_ranges_push(ranges, interval->first, yes);
		else
			bpf_ranges_push(ranges, (uint32_t)covered, yes);
		if (end <= UINT32_MAX)
			bpf_ranges_push(ranges, (uint32_t)end, no);
		covered = end;
	}
}

static struct bpf_target write_set(struct bpf_writer *writer,
				   const struct seccomp_args_scratch *scratch,
				   struct number_set *set, const struct view *view,
				   struct bpf_target otherwise)
{
	struct bpf_ranges ranges;
	uint32_t offset = offset_of_low_half(view->args[0].index);
	struct bpf_target above = set->above_32bit ? view->match : otherwise;
	struct bpf_target next;

	sort_intervals(set);
	bpf_ranges_init(&ranges, scratch->ranges, scratch->range_max, otherwise);
	push_set(&ranges, set, view->match, otherwise);
	next = bpf_write_ranges(writer, &ranges);
	if (ranges.len > 1)
		next = bpf_write_load(writer, offset, next);
	if (view->args_are_32bit || bpf_target_same(next, above))
		return next;
	next = bpf_write_branch(writer, BPF_JEQ, 0, next, above);
	return bpf_write_load(writer, offset + (uint32_t)sizeof(uint32_t), next);
}

struct bpf_target seccomp_write_alternatives(struct bpf_writer *writer,
					     const struct seccomp_args_scratch *scratch,
					     const struct seccomp_alternative *all, uint32_t last,
					     struct bpf_target otherwise, bool args_are_32bit)
{
	struct bpf_target next = otherwise;

	/* From the last to the first, as the writer wants it. */
	while (last > 0) {
		struct view view = view_of(&all[last - 1], args_are_32bit), other = view;
		struct number_set set = { .intervals = scratch->intervals };

		if (!is_plain(&view)) {
			next = write_view(writer, &view, next);
			last = all[last - 1].previous;
			continue;
		}
		do {
			set_add_condition(&set, &other.args[0]);
			last = all[last - 1].previous;
			if (last > 0)
				other = view_of(&all[last - 1], args_are_32bit);
		} while (last > 0 && is_alike(&view, &other));
		next = write_set(writer, scratch, &set, &view, next);
	}
	return next;
}
