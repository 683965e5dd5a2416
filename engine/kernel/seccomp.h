/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_SECCOMP_H
#define KERNEL_SECCOMP_H

#include "base/error.h"
#include "kernel/syscall_table.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * System call filters, seccomp(2): a profile says what may be called, the compiler makes a classic
 * BPF program of it, the kernel runs that on every call.
 *
 * Meaning of a profile (that of libseccomp as runc uses it, and checked against libseccomp):
 *  - a rule without conditions decides its calls for good; the first such rule wins;
 *  - otherwise the first rule whose conditions all hold decides;
 *  - several conditions on the same argument of one rule are alternatives, each a rule of its own;
 *  - rules whose action is the default action say nothing and are dropped;
 *  - what no rule decides gets the default action, except that calls newer than the newest one the
 *    profile names answer ENOSYS when the default action is some other errno: programs fall back
 *    from "no such call", but not from "forbidden";
 *  - calls of an architecture that is not listed kill the process; x32 is an architecture of its
 *    own although it shares x86_64's number in seccomp_data.arch;
 *  - where arguments are 32 bits wide, the upper half of argument and value is ignored;
 *  - i386 reaches sockets and System V IPC also through socketcall(2) and ipc(2), which get the
 * same verdicts, except that conditions on argument 0 cannot be checked there and count as
 * fulfilled. Rules that name socketcall or ipc themselves come first.
 */

enum seccomp_op {
	SECCOMP_OP_EQ,
	SECCOMP_OP_NE,
	SECCOMP_OP_LT,
	SECCOMP_OP_LE,
	SECCOMP_OP_GT,
	SECCOMP_OP_GE,
	SECCOMP_OP_MASKED_EQ, /* (argument & value) == value_two */
};

#define SECCOMP_ARG_COUNT 6

struct seccomp_arg {
	uint8_t index; /* 0..SECCOMP_ARG_COUNT-1 */
	uint8_t op;    /* enum seccomp_op */
	uint64_t value;
	uint64_t value_two;
};

struct seccomp_rule {
	uint32_t action; /* SECCOMP_RET_*, with its errno in SECCOMP_RET_DATA */
	uint32_t call_count;
	const uint16_t *calls; /* ids: rows of syscall_rows */
	uint32_t arg_count;
	const struct seccomp_arg *args;
};

struct seccomp_profile {
	uint32_t default_action; /* SECCOMP_RET_* */
	uint32_t arches;	 /* 1 << enum syscall_arch; the native one is always added */
	unsigned flags;		 /* SECCOMP_FILTER_FLAG_* */
	size_t rule_count;
	struct seccomp_rule *rules; /* calls and args point into `memory` or static tables */
	void *memory;		    /* one block behind all of the above; NULL if not allocated */
	/* where the listener of SECCOMP_RET_NOTIFY goes (OCI listenerPath); NULL for none; in
	 * memory */
	const char *listener_path;
	const char *listener_metadata;
};

#define autoseccomp_profile __attribute__((cleanup(seccomp_profile_release))) struct seccomp_profile

void seccomp_profile_release(struct seccomp_profile *profile);

/**
 * Makes docker's default profile for a process with capabilities @caps (its bounding set): some
 * calls come with a capability. The tables are static; only the list of rules is allocated.
 *
 * @ret_profile: the caller's to release
 */
int seccomp_profile_default(uint64_t caps, struct seccomp_profile *ret_profile,
			    struct containr_error *err) MUST_CHECK;

/** A program for the kernel. */
struct seccomp_filter {
	struct sock_filter *insns;
	size_t len;	/* instructions, at most BPF_MAXINSNS */
	unsigned flags; /* SECCOMP_FILTER_FLAG_*; NEW_LISTENER if some action is NOTIFY */
};

#define autoseccomp_filter __attribute__((cleanup(seccomp_filter_release))) struct seccomp_filter

/**
 * Compiles a profile.
 *
 * @ret_filter: the caller's to release
 * @err:        SECURITY_SECCOMP if the program would be longer than the kernel accepts;
 *              INVALID_CONFIG for an argument index past 5
 */
int seccomp_filter_compile(const struct seccomp_profile *profile, struct seccomp_filter *ret_filter,
			   struct containr_error *err) MUST_CHECK;

void seccomp_filter_release(struct seccomp_filter *filter);

/**
 * Puts the calling thread under @filter for good. Needs no_new_privs or CAP_SYS_ADMIN, so load
 * after the one and before the other is dropped. Async-signal-safe.
 *
 * @ret_listener: descriptor of the listener, O_CLOEXEC, the caller's; -1 if flags do not ask for
 *                one. May be NULL if no listener is expected.
 * @err:          SECURITY_SECCOMP, PERMISSION_DENIED
 */
int seccomp_filter_load(const struct seccomp_filter *filter, int *ret_listener,
			struct containr_error *err) MUST_CHECK;

/** Tells whether the running kernel is @major.@minor or newer (minKernel of docker's profiles). */
bool seccomp_kernel_at_least(unsigned major, unsigned minor);

#endif
