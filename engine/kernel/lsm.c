/* SPDX-License-Identifier: MIT */
#include "kernel/lsm.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define LABEL_MAX 4096 /* one page: the kernel takes no more */

static const struct module {
	const char *name;
	const char *member; /* of the configuration */
	const char *sign;   /* is there if the kernel has the module and uses it */
	const char *files[2];
	const char *prefix; /* of what is written */
} modules[] = {
	[LSM_APPARMOR] = { "AppArmor",
			   "process.apparmorProfile",
			   "/sys/kernel/security/apparmor",
			   { "/proc/thread-self/attr/apparmor/exec",
			     "/proc/thread-self/attr/exec" },
			   "exec " },
	[LSM_SELINUX] = { "SELinux",
			  "process.selinuxLabel",
			  "/sys/fs/selinux/enforce",
			  { "/proc/thread-self/attr/exec", NULL },
			  "" },
};

int lsm_check(enum lsm lsm, const char *member, struct containr_error *err)
{
	if (access(modules[lsm].sign, F_OK) == 0)
		return 0;
	return fail(err, CONTAINR_E_UNSUPPORTED, "%s: the kernel has no %s", member,
		    modules[lsm].name);
}

int lsm_open(enum lsm lsm, const char *label, int *ret_fd, struct containr_error *err)
{
	const struct module *module = &modules[lsm];
	autoclose int fd = -1;
	struct statfs info;

	*ret_fd = -1;
	if (!label || !*label)
		return 0;
	if (access(module->sign, F_OK) < 0) {
		/* what has no profiles confines nobody */
		if (lsm == LSM_APPARMOR && strcmp(label, "unconfined") == 0)
			return 0;
		return lsm_check(lsm, module->member, err);
	}
	for (size_t i = 0; i < ARRAY_LEN(module->files) && module->files[i] && fd < 0; i++)
		fd = openat(AT_FDCWD, module->files[i], O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "%s: cannot open '%s'",
				module->member, module->files[0]);
	if (fstatfs(fd, &info) < 0 || (unsigned long)info.f_type != PROC_SUPER_MAGIC)
		return fail(err, CONTAINR_E_PROCESS_SETUP, "%s: '/proc' is no procfs",
			    module->member);
	*ret_fd = steal_fd(&fd);
	return 0;
}

int lsm_write(enum lsm lsm, int fd, const char *label, struct containr_error *err)
{
	const struct module *module = &modules[lsm];
	char text[LABEL_MAX];
	int len;

	if (fd < 0)
		return 0;
	len = snprintf(text, sizeof(text), "%s%s", module->prefix, label);
	if (len >= (int)sizeof(text))
		return fail(err, CONTAINR_E_INVALID_CONFIG, "%s: is too long", module->member);
	if (write(fd, text, (size_t)len) == len)
		return 0;
	(void)fail_sys(err, CONTAINR_E_PROCESS_SETUP, "%s: cannot set '%s'", module->member, label);
	if (err->sys_errno == ENOENT)
		return fail_hint(err, "load it first");
	return -err->code;
}
