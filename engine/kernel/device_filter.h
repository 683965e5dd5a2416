/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_DEVICE_FILTER_H
#define KERNEL_DEVICE_FILTER_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Which devices a container may use. v1 has a controller that takes rules as text; in v2 the same
 * rules become a BPF program of type CGROUP_DEVICE, which the kernel asks for each open(2) and
 * mknod(2) of a device. Documentation/admin-guide/cgroup-v2.rst, "Device controller".
 */

enum { DEVICE_READ = 1 << 0, DEVICE_WRITE = 1 << 1, DEVICE_MKNOD = 1 << 2 };

struct device_rule {
	bool allow;
	char type;	     /* 'a', 'c' or 'b' */
	int64_t major;	     /* -1 for all */
	int64_t minor;	     /* -1 for all */
	unsigned int access; /* DEVICE_* */
};

/** Writes a rule as the v1 controller takes it, e.g. "c 1:3 rwm", or "a". */
void device_rule_format(const struct device_rule *rule, char *out, size_t size);

/**
 * Puts a v2 cgroup under a program made of @rules. The last rule that matches decides; what none
 * matches is denied. The program goes with the cgroup.
 *
 * @cgroup: folder in the unified hierarchy
 * Errors: CGROUP_SETUP, PERMISSION_DENIED.
 */
int device_filter_attach(int cgroup, const struct device_rule *rules, size_t count,
			 struct containr_error *err) MUST_CHECK;

#endif
