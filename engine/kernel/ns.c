/* SPDX-License-Identifier: MIT */
#include "kernel/ns.h"

#include "base/cleanup.h"

#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* user first: it gives the rights to join the rest; mount last: the others' paths are looked up
 * before */
const struct ns_kind ns_kinds[] = {
	{ "user", "user", CLONE_NEWUSER }, { "ipc", "ipc", CLONE_NEWIPC },
	{ "uts", "uts", CLONE_NEWUTS },	   { "network", "net", CLONE_NEWNET },
	{ "pid", "pid", CLONE_NEWPID },	   { "cgroup", "cgroup", CLONE_NEWCGROUP },
	{ "time", "time", NS_NEWTIME },	   { "mount", "mnt", CLONE_NEWNS },
};

const size_t ns_kind_count = ARRAY_LEN(ns_kinds);

const struct ns_kind *ns_find_oci(const char *name)
{
	for (size_t i = 0; i < ns_kind_count; i++)
		if (strcmp(ns_kinds[i].oci_name, name) == 0)
			return &ns_kinds[i];
	return NULL;
}

int ns_loopback_up(struct containr_error *err)
{
	struct ifreq request = { .ifr_name = "lo" };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP, "cannot open a socket");
	request.ifr_flags = IFF_UP | IFF_RUNNING;
	if (ioctl(fd, SIOCSIFFLAGS, &request) < 0)
		return fail_sys(err, CONTAINR_E_NAMESPACE_SETUP,
				"cannot bring up the loopback device");
	return 0;
}
