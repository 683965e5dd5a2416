/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp_bpf.h"

#include "base/cleanup.h"

#include <assert.h>

#define BPF_JUMP_REACH 255

struct bpf_target bpf_return(uint32_t action)
{
	return (struct bpf_target) { .kind = BPF_TO_RETURN, .value = action };
}

static struct bpf_target to_label(uint32_t label)
{
	return (struct bpf_target) { .kind = BPF_TO_LABEL, .value = label };
}

bool bpf_target_same(struct bpf_target left, struct bpf_target right)
{
	return left.kind == right.kind && left.value == right.value;
}

void bpf_writer_init(struct bpf_writer *writer)
{
	writer->len = 0;
	writer->overflow = false;
	writer->next_recent = 0;
	for (size_t i = 0; i < BPF_RECENT_RETURNS; i++)
		writer->recent[i].label = 0;
}

const struct sock_filter *bpf_writer_start(const struct bpf_writer *writer)
{
	return &writer->insns[BPF_MAXINSNS - writer->len];
}

static uint32_t write_insn(struct bpf_writer *writer, struct sock_filter insn)
{
	if (writer->len == BPF_MAXINSNS) {
		writer->overflow = true;
		return writer->len;
	}
	writer->len++;
	writer->insns[BPF_MAXINSNS - writer->len] = insn;
	return writer->len;
}

/* How far the next instruction to be written would have to jump. */
static uint32_t distance(const struct bpf_writer *writer, uint32_t label)
{
	return writer->len - label;
}

/* Whether a branch can still reach @label when its other target takes one more instruction. */
static bool is_near(const struct bpf_writer *writer, uint32_t label)
{
	return label > 0 && distance(writer, label) < BPF_JUMP_REACH;
}

static uint32_t near_return(struct bpf_writer *writer, uint32_t action)
{
	unsigned slot;
	uint32_t label;

	for (size_t i = 0; i < BPF_RECENT_RETURNS; i++) {
		if (writer->recent[i].action == action && is_near(writer, writer->recent[i].label))
			return writer->recent[i].label;
	}
	label = write_insn(writer, (struct sock_filter) { .code = BPF_RET | BPF_K, .k = action });
	slot = writer->next_recent++ % BPF_RECENT_RETURNS;
	writer->recent[slot].action = action;
	writer->recent[slot].label = label;
	return label;
}

/* A label for @target within the reach of the next branch. */
static uint32_t near_label(struct bpf_writer *writer, struct bpf_target target)
{
	if (target.kind == BPF_TO_RETURN)
		return near_return(writer, target.value);
	if (is_near(writer, target.value))
		return target.value;
	return write_insn(writer, (struct sock_filter) { .code = BPF_JMP | BPF_JA,
							 .k = distance(writer, target.value) });
}

struct bpf_target bpf_write_branch(struct bpf_writer *writer, uint16_t jump, uint32_t k,
				   struct bpf_target if_true, struct bpf_target if_false)
{
	uint32_t true_label, false_label;

	if (bpf_target_same(if_true, if_false))
		return if_true;
	true_label = near_label(writer, if_true);
	false_label = near_label(writer, if_false);
	return to_label(write_insn(writer, (struct sock_filter) {
						   .code = BPF_JMP | BPF_K | jump,
						   .jt = (uint8_t)distance(writer, true_label),
						   .jf = (uint8_t)distance(writer, false_label),
						   .k = k,
					   }));
}

/* Makes sure that @next is what control falls into from the next instruction to be written. */
static void fall_into(struct bpf_writer *writer, struct bpf_target next)
{
	if (next.kind == BPF_TO_RETURN)
		(void)write_insn(writer,
				 (struct sock_filter) { .code = BPF_RET | BPF_K, .k = next.value });
	else if (next.value != writer->len)
		(void)write_insn(writer,
				 (struct sock_filter) { .code = BPF_JMP | BPF_JA,
							.k = distance(writer, next.value) });
}

struct bpf_target bpf_write_load(struct bpf_writer *writer, uint32_t offset, struct bpf_target next)
{
	fall_into(writer, next);
	return to_label(write_insn(writer, (struct sock_filter) { .code = BPF_LD | BPF_W | BPF_ABS,
								  .k = offset }));
}

struct bpf_target bpf_write_and(struct bpf_writer *writer, uint32_t mask, struct bpf_target next)
{
	fall_into(writer, next);
	return to_label(write_insn(writer, (struct sock_filter) { .code = BPF_ALU | BPF_AND | BPF_K,
								  .k = mask }));
}

void bpf_ranges_init(struct bpf_ranges *ranges, struct bpf_range *items, size_t max,
		     struct bpf_target target)
{
	*ranges = (struct bpf_ranges) { .items = items, .len = 1, .max = max };
	items[0] = (struct bpf_range) { .first = 0, .target = target };
}

void bpf_ranges_push(struct bpf_ranges *ranges, uint32_t first, struct bpf_target target)
{
	assert(ranges->len > 0 && first >= ranges->items[ranges->len - 1].first);
	if (first == ranges->items[ranges->len - 1].first) {
		if (first == 0) {
			ranges->items[0].target = target;
			return;
		}
		ranges->len--;
	}
	if (bpf_target_same(ranges->items[ranges->len - 1].target, target))
		return;
	if (ranges->len == ranges->max) {
		ranges->overflow = true;
		return;
	}
	ranges->items[ranges->len++] = (struct bpf_range) { .first = first, .target = target };
}

/* One number in the middle of a range that is otherwise alike: `A x A`, found at @at. */
static bool is_exception(const struct bpf_ranges *ranges, size_t at)
{
	const struct bpf_range *range = &ranges->items[at];

	return at + 2 < ranges->len && range[2].first - range[1].first == 1 &&
	       bpf_target_same(range[0].target, range[2].target);
}

/* A group is a range with at most this many exceptions: each costs one comparison, not two. */
#define EXCEPTIONS_MAX 2

/* Notes where groups begin, the n-th in the n-th item; returns their number. */
static size_t group_ranges(struct bpf_ranges *ranges)
{
	size_t count = 0, at = 0;

	while (at < ranges->len) {
		ranges->items[count++].group = (uint16_t)at;
		for (int i = 0; i < EXCEPTIONS_MAX && is_exception(ranges, at); i++)
			at += 2;
		at++;
	}
	return count;
}

static struct bpf_target write_group(struct bpf_writer *writer, const struct bpf_range *group,
				     size_t len)
{
	struct bpf_target target = group[0].target;

	for (size_t i = len; i > 2; i -= 2)
		target = bpf_write_branch(writer, BPF_JEQ, group[i - 2].first, group[i - 2].target,
					  target);
	return target;
}

/*
 * Writes the tree of @count groups from the @from-th on, the last of which ends before range @end.
 * Recurses as deep as the logarithm of @count, which BPF_RANGES_MAX bounds.
 */
static struct bpf_target write_tree(struct bpf_writer *writer, const struct bpf_range *items,
				    size_t from, size_t count, size_t end)
{
	struct bpf_target below, above;
	size_t middle = from + count / 2, split = items[middle].group;

	if (count == 1)
		return write_group(writer, &items[split], end - split);
	above = write_tree(writer, items, middle, count - count / 2, end);
	below = write_tree(writer, items, from, count / 2, split);
	return bpf_write_branch(writer, BPF_JGE, items[split].first, above, below);
}

struct bpf_target bpf_write_ranges(struct bpf_writer *writer, struct bpf_ranges *ranges)
{
	size_t count = group_ranges(ranges);

	if (ranges->overflow)
		writer->overflow = true;
	return write_tree(writer, ranges->items, 0, count, ranges->len);
}
