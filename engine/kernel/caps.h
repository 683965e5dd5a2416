/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_CAPS_H
#define KERNEL_CAPS_H

#include "base/error.h"

#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Capabilities, capabilities(7). A set is a uint64_t with bit N for capability N.
 *
 * The order in a container's init: caps_apply_bounding() while CAP_SETPCAP is still there, then the
 * change of user under PR_SET_KEEPCAPS (or the permitted set is gone), then caps_apply(). The apply
 * functions allocate nothing and take no locks, so they may run between clone3 and execve.
 */

#define CAPS_BIT(cap) (UINT64_C(1) << (cap))

/* Every capability that has a name here. */
#define CAPS_ALL ((UINT64_C(1) << (CAP_CHECKPOINT_RESTORE + 1)) - 1)

/* What docker and podman leave to a container when nothing else is asked for. */
#define CAPS_DEFAULT                                                                               \
	(CAPS_BIT(CAP_CHOWN) | CAPS_BIT(CAP_DAC_OVERRIDE) | CAPS_BIT(CAP_FSETID) |                 \
	 CAPS_BIT(CAP_FOWNER) | CAPS_BIT(CAP_MKNOD) | CAPS_BIT(CAP_NET_RAW) |                      \
	 CAPS_BIT(CAP_SETGID) | CAPS_BIT(CAP_SETUID) | CAPS_BIT(CAP_SETFCAP) |                     \
	 CAPS_BIT(CAP_SETPCAP) | CAPS_BIT(CAP_NET_BIND_SERVICE) | CAPS_BIT(CAP_SYS_CHROOT) |       \
	 CAPS_BIT(CAP_KILL) | CAPS_BIT(CAP_AUDIT_WRITE))

/* The five sets of a thread, as in process.capabilities of the OCI configuration. */
struct caps_sets {
	uint64_t bounding;
	uint64_t effective;
	uint64_t permitted;
	uint64_t inheritable;
	uint64_t ambient;
};

/** Returns the number of a capability; -1 for none. @name may lack "CAP_" and may be lower case. */
int caps_from_name(const char *name);

/** Returns the name of capability @cap, e.g. "CAP_NET_RAW"; NULL for a number without a name. */
const char *caps_name(int cap);

/** Returns the number of the last capability that the running kernel knows. */
int caps_last(void);

/**
 * Works out a capability set as docker's --cap-add and --cap-drop do: adding ALL gives every
 * capability except the dropped ones; dropping ALL leaves only the added ones; otherwise @drop is
 * taken from @base first, then @add is added.
 *
 * @add, @drop: NULL-terminated lists of names or "ALL"; NULL stands for an empty list
 * @err:        INVALID_ARGUMENT for a name that is none, with the nearest name as the hint
 */
int caps_adjust(uint64_t base, char *const *add, char *const *drop, uint64_t *ret_mask,
		struct containr_error *err) MUST_CHECK;

/** Returns sets for a process: everything that execve as root would give within @mask, no ambient
 * ones. Inheritable stays empty (CVE-2022-24769: it would survive into file capabilities). */
struct caps_sets caps_sets_of(uint64_t mask);

/** Reads the sets of the calling thread. Errors: SECURITY_CAPABILITIES. */
int caps_read(struct caps_sets *ret_sets, struct containr_error *err) MUST_CHECK;

/**
 * Takes from all five sets what is not in @available, usually the permitted set of caps_read():
 * the kernel refuses to give a process what its parent did not have.
 *
 * Returns the mask of what some set lost, 0 for nothing.
 */
uint64_t caps_clamp(struct caps_sets *sets, uint64_t available);

/**
 * Drops every capability outside sets->bounding from the bounding set. What is missing already
 * needs no right to be dropped. Errors: PERMISSION_DENIED without CAP_SETPCAP.
 */
int caps_apply_bounding(const struct caps_sets *sets, struct containr_error *err) MUST_CHECK;

/**
 * Sets the effective, permitted and inheritable sets by capset(2), then the ambient set. Bits past
 * caps_last() are ignored, and so are ambient ones that are not both permitted and inheritable: the
 * kernel would refuse them, and the templates of runc and crun ask for such. Errors:
 * PERMISSION_DENIED when a bit is not there to be kept.
 */
int caps_apply(const struct caps_sets *sets, struct containr_error *err) MUST_CHECK;

#endif
