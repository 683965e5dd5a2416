/* SPDX-License-Identifier: MIT */
#include "kernel/pidfd.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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

/*
 * Reads state and start time. The second field is the name in parentheses and may hold anything, so
 * that counting starts behind the last closing one (proc_pid_stat(5)).
 */
static int read_stat(pid_t pid, char *ret_state, uint64_t *ret_ticks)
{
	char path[64];
	char text[1024];
	const char *p;
	char *end;
	ssize_t len;
	autoclose int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, sizeof(text) - 1);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	p = strrchr(text, ')');
	if (!p || p[1] != ' ')
		goto malformed;
	*ret_state = p[2];
	p += 2;
	for (int field = 3; field < 22; field++) {
		p = strchr(p, ' ');
		if (!p)
			goto malformed;
		p++;
	}
	*ret_ticks = strtoull(p, &end, 10);
	if (end != p)
		return 0;
malformed:
	errno = EPROTO;
	return -1;
}

int process_start_time(pid_t pid, uint64_t *ret_ticks, struct containr_error *err)
{
	char state;

	if (read_stat(pid, &state, ret_ticks) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '/proc/%d/stat'", (int)pid);
	return 0;
}

bool process_is_alive(pid_t pid, uint64_t start_ticks)
{
	uint64_t ticks;
	char state;

	return pid > 0 && read_stat(pid, &state, &ticks) == 0 && ticks == start_ticks &&
	       state != 'Z' && state != 'X';
}
