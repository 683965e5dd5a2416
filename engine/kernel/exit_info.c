/* SPDX-License-Identifier: MIT */
#include "kernel/exit_info.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define REAP_TRIES 200
#define REAP_LOOK_MS 1

/* linux/pidfd.h of Linux 6.15; older headers lack it. */
struct pidfd_info {
	uint64_t mask;
	uint64_t cgroup_id;
	uint32_t ids[11]; /* pid, tgid, ppid, and eight of users and groups */
	int32_t exit_code;
};

_Static_assert(sizeof(struct pidfd_info) == 64, "the first version of the kernel's struct");

#define PIDFD_GET_INFO _IOWR(0xff, 11, struct pidfd_info)
#define PIDFD_INFO_EXIT (UINT64_C(1) << 3)

bool exit_info_read(int pidfd, int *ret_code)
{
	bool was_reaped = false;

	for (int tries = 0; pidfd >= 0 && tries < REAP_TRIES; tries++) {
		struct pidfd_info info = { .mask = PIDFD_INFO_EXIT };

		/* ioctl(2) of musl and of glibc differ in the type of the request */
		if (syscall(SYS_ioctl, pidfd, PIDFD_GET_INFO, &info) < 0) {
			/* also of one that is reaped just while the kernel collects what to tell */
			if (errno != ESRCH || was_reaped)
				return false;
			was_reaped = true;
			continue;
		}
		if (info.mask & PIDFD_INFO_EXIT) {
			*ret_code = WIFSIGNALED(info.exit_code) ? 128 + WTERMSIG(info.exit_code)
								: WEXITSTATUS(info.exit_code);
			return true;
		}
		(void)poll(NULL, 0, REAP_LOOK_MS);
	}
	return false;
}
