/* SPDX-License-Identifier: MIT */
#include "kernel/pidfd.h"

#include "kernel/proc_stat.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

int pidfd_of(pid_t pid, int *ret_fd, struct containr_error *err)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);

	if (fd < 0)
		return fail_sys(err,
				errno == ESRCH ? CONTAINR_E_CONTAINER_NOT_RUNNING
					       : CONTAINR_E_PROCESS_SETUP,
				"cannot open process %d", (int)pid);
	*ret_fd = fd; /* the kernel makes every pidfd close-on-exec */
	return 0;
}

int pidfd_kill(int pidfd, int signal, struct containr_error *err)
{
	if (syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0) < 0)
		return fail_sys(err,
				errno == ESRCH ? CONTAINR_E_CONTAINER_NOT_RUNNING
					       : CONTAINR_E_PROCESS_SETUP,
				"cannot send signal %d", signal);
	return 0;
}

int pidfd_wait_end(int pidfd, int64_t timeout_ms, bool *ret_ended, struct containr_error *err)
{
	struct pollfd ended = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&ended, 1, timeout_ms > INT_MAX ? INT_MAX : (int)timeout_ms);
	while (r < 0 && errno == EINTR && timeout_ms < 0);
	if (r < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot wait for a process");
	*ret_ended = r > 0;
	return 0;
}

int process_start_time(pid_t pid, uint64_t *ret_ticks, struct containr_error *err)
{
	struct proc_stat stat;

	if (proc_stat_read(pid, &stat) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '/proc/%d/stat'", (int)pid);
	*ret_ticks = stat.start_ticks;
	return 0;
}

bool process_is_alive(pid_t pid, uint64_t start_ticks)
{
	struct proc_stat stat;

	return pid > 0 && proc_stat_read(pid, &stat) == 0 && stat.start_ticks == start_ticks &&
	       stat.state != 'Z' && stat.state != 'X';
}
