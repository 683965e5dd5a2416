/* SPDX-License-Identifier: MIT */
#ifndef KERNEL_PTY_H
#define KERNEL_PTY_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Pseudoterminals and descriptors sent over sockets. pty(7), unix(7). */

/**
 * Opens a new pseudoterminal pair.
 *
 * @ptmx: path of the multiplexer, e.g. "/dev/ptmx" as the container sees it
 * @ret_master, @ret_slave: close-on-exec, the caller's
 */
int pty_open(const char *ptmx, int *ret_master, int *ret_slave,
	     struct containr_error *err) MUST_CHECK;

/** Sets the size of a terminal; 0 leaves the kernel's default. */
int pty_set_size(int terminal, uint16_t rows, uint16_t columns,
		 struct containr_error *err) MUST_CHECK;

/** Makes @slave the controlling terminal of this session and the process' standard streams. */
int pty_become_stdio(int slave, struct containr_error *err) MUST_CHECK;

/** Sends @fd with one byte of payload; @name (up to 4095 bytes) is the payload when not NULL. */
int socket_send_fd(int socket, int fd, const char *name, struct containr_error *err) MUST_CHECK;

/** Sends @fd beside @len bytes of @data; 0, or -1 with errno. One system call, no copies. */
int socket_send_fd_with(int socket, int fd, const void *data, size_t len) MUST_CHECK;

#define SOCKET_FDS_MAX 2

/** The same for up to SOCKET_FDS_MAX descriptors. */
int socket_send_fds(int socket, const int *fds, size_t count, const void *data,
		    size_t len) MUST_CHECK;

/**
 * Receives a message and the descriptors that may be with it, which are close-on-exec and the
 * caller's; -1 in the place of each that is not there.
 *
 * Returns the length of the data, or -1 with errno.
 */
ssize_t socket_recv_fds(int socket, void *data, size_t len, int fds[SOCKET_FDS_MAX]) MUST_CHECK;

/** Receives a descriptor sent by socket_send_fd(); close-on-exec. */
int socket_recv_fd(int socket, int *ret_fd, struct containr_error *err) MUST_CHECK;

#endif
