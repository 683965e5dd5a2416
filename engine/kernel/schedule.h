/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SCHEDULE_H
#define KERNEL_SCHEDULE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * When and where a process runs: scheduling policy (sched_setattr(2)), priority on block devices
 * (ioprio_set(2)), CPUs (sched_setaffinity(2)). Applying is async-signal-safe.
 */

#define SCHEDULE_CPUS 1024 /* CPUs that a set can name */

/* A set of CPUs; empty: none was given. */
struct cpu_list {
	uint64_t bits[SCHEDULE_CPUS / 64];
	bool is_set;
};

struct schedule {
	bool has_policy;
	uint32_t policy; /* SCHED_* */
	uint64_t flags;	 /* SCHED_FLAG_* */
	int32_t nice;
	uint32_t priority;
	uint64_t runtime_ns;
	uint64_t deadline_ns;
	uint64_t period_ns;
	bool has_io_priority;
	int io_class; /* 1 to 3 */
	int io_priority;
};

/* Names as the OCI configuration has them, "SCHED_FIFO", "SCHED_FLAG_RECLAIM", "IOPRIO_CLASS_RT";
 * false for none. The other way round NULL is none. */
bool schedule_find_policy(const char *name, uint32_t *ret_policy);
bool schedule_find_flag(const char *name, uint64_t *ret_flag);
bool schedule_find_io_class(const char *name, int *ret_class);
const char *schedule_policy_name(uint32_t policy);
const char *schedule_flag_name(uint64_t flag);
const char *schedule_io_class_name(int io_class);

/** Reads a list such as "0-3,7". Returns false if it is none, or names CPUs past SCHEDULE_CPUS. */
bool cpu_list_parse(const char *text, struct cpu_list *ret_list);

/** Gives the calling process its policy and its priority on devices. Errors: PROCESS_SETUP. */
int schedule_apply(const struct schedule *schedule, struct containr_error *err) MUST_CHECK;

/** Binds the calling thread to CPUs; nothing happens for an empty list. Errors: PROCESS_SETUP. */
int cpu_list_apply(const struct cpu_list *list, struct containr_error *err) MUST_CHECK;

#endif
