/* SPDX-License-Identifier: MIT */
#include "kernel/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t clone_process(uint64_t flags, int cgroup, int *ret_pidfd, bool *ret_by_hand)
{
	struct clone_args args = { .flags = flags | CLONE_PIDFD,
				   .pidfd = (uint64_t)(uintptr_t)ret_pidfd,
				   /* a sibling ends as its parent does; clone(2) */
				   .exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD };
	long pid;

	*ret_by_hand = false;
	if (cgroup >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (unsigned int)cgroup;
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0 && cgroup >= 0) {
		args.flags &= ~(uint64_t)CLONE_INTO_CGROUP;
		args.cgroup = 0;
		*ret_by_hand = true; /* before the clone: the child has its own copy */
		pid = syscall(SYS_clone3, &args, sizeof(args));
	}
	return (pid_t)pid;
}

int clone_reap(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, 0);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return 255;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
