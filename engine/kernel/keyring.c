/* SPDX-License-Identifier: MIT */
#include "kernel/keyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * All to its possessors, as the kernel has it; to its owner to see, read, link and, which the kernel
 * leaves out, to find: or no later process could join it by its name. keyctl(2), KEYCTL_SETPERM
 */
#define PERMISSIONS 0x3f1b0000ul

int keyring_join(const char *id, struct containr_error *err)
{
	char name[300];
	long ring;

	(void)snprintf(name, sizeof(name), "_ses.%s", id);
	ring = syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
	if (ring >= 0 && syscall(SYS_keyctl, KEYCTL_SETPERM, ring, PERMISSIONS) == 0)
		return 0;
	if (errno == ENOSYS)
		return 0;
	(void)fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot have a session keyring");
	if (err->sys_errno == EDQUOT)
		return fail_hint(err, "the host has to allow more: see kernel.keys.maxkeys");
	return -err->code;
}
