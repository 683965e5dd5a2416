/* SPDX-License-Identifier: MIT */
#include "kernel/memory_policy.h"

#include "base/cleanup.h"

#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* include/uapi/linux/mempolicy.h */
static const char *const modes[] = {
	"MPOL_DEFAULT",
	"MPOL_PREFERRED",
	"MPOL_BIND",
	"MPOL_INTERLEAVE",
	"MPOL_LOCAL",
	"MPOL_PREFERRED_MANY",
	"MPOL_WEIGHTED_INTERLEAVE",
};

static const struct {
	const char *name;
	unsigned int flag;
} flags[] = {
	{ "MPOL_F_STATIC_NODES", 1u << 15 },
	{ "MPOL_F_RELATIVE_NODES", 1u << 14 },
	{ "MPOL_F_NUMA_BALANCING", 1u << 13 },
};

bool memory_policy_find_mode(const char *name, int *ret_mode)
{
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		if (strcmp(modes[i], name) != 0)
			continue;
		*ret_mode = (int)i;
		return true;
	}
	return false;
}

bool memory_policy_find_flag(const char *name, unsigned int *ret_flag)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		if (strcmp(flags[i].name, name) != 0)
			continue;
		*ret_flag = flags[i].flag;
		return true;
	}
	return false;
}

const char *memory_policy_mode_name(int mode)
{
	return mode >= 0 && (size_t)mode < ARRAY_LEN(modes) ? modes[mode] : NULL;
}

const char *memory_policy_flag_name(unsigned int flag)
{
	for (size_t i = 0; i < ARRAY_LEN(flags); i++)
		if (flags[i].flag == flag)
			return flags[i].name;
	return NULL;
}

int memory_policy_apply(const struct memory_policy *policy, struct containr_error *err)
{
	const uint64_t *nodes = policy->nodes.is_set ? policy->nodes.bits : NULL;
	/* the kernel takes one bit less than it is told */
	unsigned long count = nodes ? SCHEDULE_CPUS + 1 : 0;

	if (!policy->is_set)
		return 0;
	if (syscall(SYS_set_mempolicy, policy->mode | (int)policy->flags, nodes, count) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set the memory policy to %s",
				memory_policy_mode_name(policy->mode));
	return 0;
}
