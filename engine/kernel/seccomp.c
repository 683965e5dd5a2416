/* SPDX-License-Identifier: MIT */
#include "kernel/seccomp.h"

#include "base/cleanup.h"

#include <sys/syscall.h>
#include <sys/utsname.h>

void seccomp_profile_release(struct seccomp_profile *profile)
{
	free(profile->memory);
	*profile = (struct seccomp_profile) { 0 };
}

void seccomp_filter_release(struct seccomp_filter *filter)
{
	free(filter->insns);
	*filter = (struct seccomp_filter) { 0 };
}

static int fail_load(long result, struct containr_error *err)
{
	if (result > 0)
		return fail(err, CONTAINR_E_SECURITY_SECCOMP,
			    "cannot load the seccomp filter: thread %ld has another one", result);
	(void)fail_sys(err, CONTAINR_E_SECURITY_SECCOMP, "cannot load the seccomp filter");
	if (err->sys_errno == EACCES)
		return fail_hint(err, "set no_new_privs, or keep CAP_SYS_ADMIN until it is loaded");
	if (err->sys_errno == EINVAL)
		return fail_hint(err, "the kernel may be too old for the profile's flags");
	return -err->code;
}

int seccomp_filter_load(const struct seccomp_filter *filter, int *ret_listener,
			struct containr_error *err)
{
	struct sock_fprog program = { .len = (unsigned short)filter->len, .filter = filter->insns };
	bool wants_listener = filter->flags & SECCOMP_FILTER_FLAG_NEW_LISTENER;
	unsigned flags = filter->flags;
	long result;

	/* Both flags answer with a positive number, so the kernel wants to be told to report a
	 * thread that does not follow as ESRCH instead. */
	if (wants_listener && (flags & SECCOMP_FILTER_FLAG_TSYNC))
		flags |= SECCOMP_FILTER_FLAG_TSYNC_ESRCH;
	result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	if (result < 0 || (result > 0 && !wants_listener))
		return fail_load(result, err);
	if (ret_listener)
		*ret_listener = wants_listener ? (int)result : -1;
	else if (wants_listener)
		(void)close((int)result);
	return 0;
}

bool seccomp_kernel_at_least(unsigned major, unsigned minor)
{
	unsigned long running_major, running_minor;
	struct utsname name;
	char *end;

	if (uname(&name) < 0)
		return false;
	running_major = strtoul(name.release, &end, 10);
	if (*end != '.')
		return false;
	running_minor = strtoul(end + 1, NULL, 10);
	if (running_major != major)
		return running_major > major;
	return running_minor >= minor;
}
