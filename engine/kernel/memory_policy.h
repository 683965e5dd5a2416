/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_MEMORY_POLICY_H
#define KERNEL_MEMORY_POLICY_H

#include "base/error.h"
#include "kernel/schedule.h"

#include <stdbool.h>
#include <stdint.h>

/* On which NUMA nodes a process gets its memory. set_mempolicy(2), numa(7). */

struct memory_policy {
	bool is_set;
	int mode;	       /* MPOL_* */
	unsigned int flags;    /* MPOL_F_*, by bits */
	struct cpu_list nodes; /* a set of nodes; it is written as that of CPUs is */
};

#define MEMORY_POLICY_FLAG_LAST (1u << 15)

/* Names as the OCI configuration has them, "MPOL_BIND", "MPOL_F_STATIC_NODES"; false for none. The
 * other way round NULL is none. */
bool memory_policy_find_mode(const char *name, int *ret_mode);
bool memory_policy_find_flag(const char *name, unsigned int *ret_flag);
const char *memory_policy_mode_name(int mode);
const char *memory_policy_flag_name(unsigned int flag);

/** Gives the calling thread its policy, which what it executes and starts has too; async-signal-safe.
 * Errors: PROCESS_SETUP. */
int memory_policy_apply(const struct memory_policy *policy, struct containr_error *err) MUST_CHECK;

#endif
