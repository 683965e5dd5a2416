/* SPDX-License-Identifier: MIT */
#include "kernel/selfexe.h"

#include "base/cleanup.h"
#include "base/exe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <stdbool.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#define OPEN_TREE_CLONE 1
#define MOUNT_ATTR_RDONLY 0x1

struct mount_attributes { /* struct mount_attr of mount_setattr(2), version 0 */
	uint64_t attr_set;
	uint64_t attr_clr;
	uint64_t propagation;
	uint64_t userns_fd;
};

/* A sealed copy: a memfd that nobody can write to any more. */
static bool is_sealed_copy(void)
{
	autoclose int fd = openat(AT_FDCWD, "/proc/self/exe", O_RDONLY | O_CLOEXEC);
	int seals = fd < 0 ? -1 : fcntl(fd, F_GET_SEALS);

	return seals >= 0 && (seals & F_SEAL_WRITE);
}

/* One call for the usual case: the flags are those of the mount that the file was reached by. */
static bool is_protected(void)
{
	struct statfs info;

	if (statfs("/proc/self/exe", &info) < 0)
		return false;
	if (info.f_flags & ST_RDONLY)
		return true;
	return info.f_type == TMPFS_MAGIC && is_sealed_copy();
}

static int open_read_only_clone(void)
{
	struct mount_attributes attributes = { .attr_set = MOUNT_ATTR_RDONLY };
	autoclose int fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/proc/self/exe",
					OPEN_TREE_CLONE | O_CLOEXEC);

	if (fd < 0 ||
	    syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH, &attributes, sizeof(attributes)) < 0)
		return -1;
	return steal_fd(&fd);
}

static int open_sealed_copy(void)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	autoclose int exe = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	autoclose int copy =
		(int)syscall(SYS_memfd_create, "containr", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat info;
	off_t done = 0;

	if (exe < 0 || copy < 0 || fstat(exe, &info) < 0)
		return -1;
	while (done < info.st_size)
		if (sendfile(copy, exe, &done, (size_t)(info.st_size - done)) <= 0)
			return -1;
	if (fcntl(copy, F_ADD_SEALS, seals) < 0)
		return -1;
	return steal_fd(&copy);
}

int selfexe_protect(char *const *argv, struct containr_error *err)
{
	char path[PATH_MAX];
	autoclose int fd = -1;

	/* also keeps /proc/PID/{exe,fd,mem} of this process from a container without CAP_SYS_PTRACE
	 */
	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot become undumpable");
	if (is_protected())
		return 0;
	fd = open_read_only_clone();
	if (fd < 0)
		fd = open_sealed_copy();
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot protect the executable");
	if (exe_path(path, sizeof(path), err) < 0)
		return -err->code;
	if (setenv(EXE_VARIABLE, path, 1) < 0)
		return fail_oom(err);
	(void)syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
	return fail_sys(err, CONTAINR_E_PROCESS_SETUP,
			"cannot start from the protected executable");
}
