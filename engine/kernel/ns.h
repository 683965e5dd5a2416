/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_NS_H
#define KERNEL_NS_H

#include "base/error.h"

#include <stddef.h>

/* The kinds of namespaces, declared once. namespaces(7). */

#define NS_NEWTIME 0x00000080 /* linux/sched.h; shares its bit with the exit signal of clone(2) */

struct ns_kind {
	const char *oci_name;  /* as runtime-spec config-linux.md has it: "network" */
	const char *proc_name; /* file in /proc/PID/ns: "net" */
	int flag;	       /* CLONE_NEW* */
};

/** The table of all kinds, in the order in which a process should join them. */
extern const struct ns_kind ns_kinds[];
extern const size_t ns_kind_count;

/** Finds a kind by its name in the OCI configuration; NULL if there is none. */
const struct ns_kind *ns_find_oci(const char *name);

/** Brings the loopback interface of the current network namespace up. */
int ns_loopback_up(struct containr_error *err) MUST_CHECK;

#endif
