/* SPDX-License-Identifier: MIT */
#include "kernel/guide.h"

#include "base/cleanup.h"
#include "kernel/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The guide itself: tells the pid, or a negated errno. */
static _Noreturn void lead(const struct guide *guide, int report)
{
	int pidfd;
	pid_t pid = -1;

	if (guide->enter(guide->context) == 0)
		pid = clone_process(guide->flags | CLONE_PARENT, guide->cgroup, &pidfd,
				    guide->by_hand);
	if (pid == 0)
		guide->arrive(guide->context);
	if (pid < 0)
		pid = -errno;
	_exit(write(report, &pid, sizeof(pid)) != sizeof(pid));
}

static pid_t read_pid(int report)
{
	pid_t pid;
	ssize_t got;

	do
		got = read(report, &pid, sizeof(pid));
	while (got < 0 && errno == EINTR);
	if (got == sizeof(pid) && pid > 0)
		return pid;
	if (got >= 0)
		errno = got == sizeof(pid) ? -pid : EPROTO;
	return -1;
}

pid_t guide_clone(const struct guide *guide, int *ret_pidfd)
{
	autoclose int guide_pidfd = -1;
	int report[2];
	bool by_hand;
	pid_t leader;
	pid_t pid = -1;

	if (pipe2(report, O_CLOEXEC) < 0)
		return -1;
	leader = clone_process(0, -1, &guide_pidfd, &by_hand);
	if (leader == 0)
		lead(guide, report[1]);
	cleanup_close(&report[1]);
	if (leader > 0)
		pid = read_pid(report[0]);
	cleanup_close(&report[0]);
	if (leader > 0)
		(void)clone_reap(leader);
	if (pid < 0)
		return -1;
	*ret_pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (*ret_pidfd >= 0)
		return pid;
	(void)kill(pid, SIGKILL);
	(void)clone_reap(pid);
	return -1;
}
