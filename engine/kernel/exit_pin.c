/* SPDX-License-Identifier: MIT */
#include "kernel/exit_pin.h"

#include "base/cleanup.h"
#include "kernel/exit_info.h"
#include "kernel/mount.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <unistd.h>

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

	return exit_info_read(fd, ret_code);
}
