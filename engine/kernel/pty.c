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
	char space[CMSG_SPACE(sizeof(int))];
};

int socket_send_fd_with(int socket, int fd, const void *data, size_t len)
{
	union fd_message control = { 0 };
	struct iovec payload = { .iov_base = (void *)(uintptr_t)data, .iov_len = len };
	struct msghdr message = { .msg_iov = &payload,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	struct cmsghdr *header = CMSG_FIRSTHDR(&message);

	header->cmsg_level = SOL_SOCKET;
	header->cmsg_type = SCM_RIGHTS;
	header->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(header), &fd, sizeof(int));
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -1 : 0;
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
	union fd_message control = { 0 };
	struct iovec data = { .iov_base = payload, .iov_len = sizeof(payload) };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	const struct cmsghdr *header;

	if (recvmsg(socket, &message, MSG_CMSG_CLOEXEC) < 0)
		return fail_sys(err, CONTAINR_E_PROCESS_SETUP, "cannot receive the terminal");
	header = CMSG_FIRSTHDR(&message);
	if (!header || header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS ||
	    header->cmsg_len != CMSG_LEN(sizeof(int)))
		return fail(err, CONTAINR_E_PROCESS_SETUP, "the terminal did not arrive");
	memcpy(ret_fd, CMSG_DATA(header), sizeof(int));
	return 0;
}
