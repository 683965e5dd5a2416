/* SPDX-License-Identifier: MIT */
#include "kernel/pty.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

int pty_open(const char *ptmx, int *ret_master, int *ret_slave, struct containr_error *err)
{
	autoclose int master = open(ptmx, O_RDWR | O_NOCTTY | O_CLOEXEC);
	autoclose int slave = -1;
	int unlock = 0;

	if (master < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot open '%s'", ptmx);
	if (ioctl(master, TIOCSPTLCK, &unlock) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot unlock the terminal");
	/* by descriptor: a path in the container's /dev/pts could be somebody else's file */
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot open the terminal");
	*ret_master = steal_fd(&master);
	*ret_slave = steal_fd(&slave);
	return 0;
}

int pty_set_size(int terminal, uint16_t rows, uint16_t columns, struct containr_error *err)
{
	struct winsize size = { .ws_row = rows, .ws_col = columns };

	if ((rows || columns) && ioctl(terminal, TIOCSWINSZ, &size) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot set the terminal's size");
	return 0;
}

int pty_become_stdio(int slave, struct containr_error *err)
{
	if (ioctl(slave, TIOCSCTTY, 0) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP,
				"cannot set the controlling terminal");
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (dup2(slave, fd) < 0)
			return fail_sys(err, CONTAINR_E_PROCESS_SETUP,
					"cannot set standard stream");
	return 0;
}

union fd_message {
	struct cmsghdr header; /* for its alignment */
	char space[CMSG_SPACE(SOCKET_FDS_MAX * sizeof(int))];
};

int socket_send_fds(int socket, const int *fds, size_t count, const void *data, size_t len)
{
	union fd_message control = { 0 };
	struct iovec payload = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr message = { .msg_iov = &payload,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = (socklen_t)CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *header = &control.header;

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = (socklen_t)CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(header), fds, count * sizeof(int));
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
}

int socket_send_fd_with(int socket, int fd, const void *data, size_t len)
{
	return socket_send_fds(socket, &fd, 1, data, len);
}

ssize_t socket_recv_fds(int socket, void *data, size_t len, int fds[SOCKET_FDS_MAX])
{
	union fd_message control = { 0 };
	struct iovec payload = { .iov_base = data, .iov_len = len };
	struct msghdr message = { .msg_iov = &payload,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	ssize_t got = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = got < 0 ? NULL : CMSG_FIRSTHDR(&message);

	for (size_t i = 0; i < SOCKET_FDS_MAX; i++)
		fds[i] = -1;
	if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS)
		memcpy(fds, CMSG_DATA(header), header->cmsg_len - CMSG_LEN(0));
	return got;
}

int socket_send_fd(int socket, int fd, const char *name, struct containr_error *err)
{
	const char *payload = name ? name : "";
	size_t len = name ? strnlen(name, 4095) : 1;

	if (socket_send_fd_with(socket, fd, payload, len) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot hand over the terminal");
	return 0;
}

int socket_recv_fd(int socket, int *ret_fd, struct containr_error *err)
{
	char payload[4096];
	int fds[SOCKET_FDS_MAX];

	if (socket_recv_fds(socket, payload, sizeof(payload), fds) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot receive the terminal");
	if (fds[0] < 0 || fds[1] >= 0) {
		cleanup_close(&fds[0]);
		cleanup_close(&fds[1]);
		return fail(err, CONTAINR_E_PROCESS_SETUP, "the terminal did not arrive");
	}
	*ret_fd = fds[0];
	return 0;
}
