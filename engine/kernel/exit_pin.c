/* SPDX-License-Identifier: MIT */
#include "kernel/exit_pin.h"

#include "base/cleanup.h"
#include "kernel/mount.h"

#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
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

void exit_unpin(int dir, const char *name)
{
	char path[96];

	/* the kernel does not remove what something is mounted on */
	if (unlinkat(dir, name, 0) == 0 || geteuid() != 0)
		return;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
	if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		(void)unlinkat(dir, name, 0);
}

static int make_file(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd >= 0)
		return fd;
	exit_unpin(dir, name);
	return openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

void exit_pin(int pidfd, int dir, const char *name)
{
	autoclose int tree = -1;
	autoclose int file = -1;

	if (geteuid() != 0)
		return;
	/* mount(2) with MS_BIND refuses a pidfd */
	tree = mount_clone(pidfd, "", false);
	if (tree < 0)
		return;
	file = make_file(dir, name);
	if (file >= 0 && mount_attach(tree, file) < 0)
		(void)unlinkat(dir, name, 0);
}

bool exit_pin_read(int dir, const char *name, int *ret_code)
{
	autoclose int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);

	for (int tries = 0; fd >= 0 && tries < REAP_TRIES; tries++) {
		struct pidfd_info info = { .mask = PIDFD_INFO_EXIT };

		/* ioctl(2) of musl and of glibc differ in the type of the request */
		if (syscall(SYS_ioctl, fd, PIDFD_GET_INFO, &info) < 0)
			return false;
		if (info.mask & PIDFD_INFO_EXIT) {
			*ret_code = WIFSIGNALED(info.exit_code) ? 128 + WTERMSIG(info.exit_code)
								: WEXITSTATUS(info.exit_code);
			return true;
		}
		(void)poll(NULL, 0, REAP_LOOK_MS);
	}
	return false;
}
