/* SPDX-License-Identifier: MIT */
#ifndef TESTS_BPF_SIM_H
#define TESTS_BPF_SIM_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Runs a seccomp program as the kernel would (net/core/filter.c), to learn its verdict on a call
 * without making the call.
 */

/** Whether the kernel would take the program: known instructions, aligned loads within
 * seccomp_data, jumps inside the program, a return at its end. */
bool bpf_sim_valid(const struct sock_filter *insns, size_t len);

/** Returns the verdict (SECCOMP_RET_*) of a valid program; *ret_steps counts instructions, may be
 * NULL. */
uint32_t bpf_sim_run(const struct sock_filter *insns, size_t len, const struct seccomp_data *data,
		     size_t *ret_steps);

#endif
