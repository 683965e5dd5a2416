/* SPDX-License-Identifier: MIT */
#include "monitor/guest.h"

#include "base/cleanup.h"
#include "monitor/monitor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define LAST_WORD_MS 200

void guests_init(struct guests *guests)
{
	for (size_t i = 0; i < GUESTS_MAX; i++)
		guests->all[i] = (struct guest) { .fd = -1 };
}

void guest_drop(struct guest *guest)
{
	cleanup_close(&guest->fd);
	*guest = (struct guest) { .fd = -1 };
}

/* The folder lets nobody else in; this holds where somebody changed its mode. */
static bool is_ours(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) == 0 && peer.uid == geteuid();
}

static struct guest *find_seat(struct guests *guests)
{
	for (size_t i = 0; i < GUESTS_MAX; i++)
		if (guests->all[i].fd < 0)
			return &guests->all[i];
	return NULL;
}

void guests_accept(struct guests *guests, int listener)
{
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct guest *seat = find_seat(guests);

	if (fd < 0)
		return;
	if (seat && is_ours(fd))
		*seat = (struct guest) { .fd = fd };
	else
		(void)close(fd);
}

/* recv(2), and a descriptor that may come along. */
static ssize_t receive(int fd, char *word, size_t size, int *ret_fd)
{
	union {
		struct cmsghdr header; /* for its alignment */
		char space[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec data = { .iov_base = word, .iov_len = size };
	struct msghdr message = { .msg_iov = &data,
				  .msg_iovlen = 1,
				  .msg_control = control.space,
				  .msg_controllen = sizeof(control.space) };
	ssize_t got = recvmsg(fd, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	const struct cmsghdr *header = got < 0 ? NULL : CMSG_FIRSTHDR(&message);

	*ret_fd = -1;
	if (header && header->cmsg_type == SCM_RIGHTS)
		memcpy(ret_fd, CMSG_DATA(header), sizeof(int));
	return got;
}

char guest_greet(struct guest *guest, int *ret_fd)
{
	char word[8];
	ssize_t got = receive(guest->fd, word, sizeof(word), ret_fd);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	switch (got > 0 ? word[0] : 0) {
	case MONITOR_MSG_ATTACH:
		guest->attached = true;
		return 0;
	case MONITOR_MSG_AGAIN:
	case MONITOR_MSG_KEEP:
	case MONITOR_MSG_STOP:
	case MONITOR_MSG_PAUSED:
	case MONITOR_MSG_RESUMED:
		return word[0];
	default:
		guest_drop(guest);
		return 0;
	}
}

void guest_answer(struct guest *guest, char word)
{
	(void)send(guest->fd, &word, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static bool try_send(struct guest *guest, const void *message, size_t len)
{
	if (send(guest->fd, message, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0)
		return true;
	if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		guest_drop(guest);
	return false;
}

/* What was left out is told before anything else. */
static bool tell_lost(struct guest *guest)
{
	char message[1 + sizeof(int64_t)] = { MONITOR_MSG_LOST };

	if (guest->lost_bytes == 0)
		return true;
	memcpy(message + 1, &guest->lost_bytes, sizeof(guest->lost_bytes));
	if (!try_send(guest, message, sizeof(message)))
		return false;
	guest->lost_bytes = 0;
	return true;
}

void guests_send_output(struct guests *guests, const void *message, size_t len)
{
	for (size_t i = 0; i < GUESTS_MAX; i++) {
		struct guest *guest = &guests->all[i];

		if (guest->fd < 0 || !guest->attached)
			continue;
		if (!tell_lost(guest) || !try_send(guest, message, len))
			guest->lost_bytes += (int64_t)len - 1;
	}
}

void guests_send_last(struct guests *guests, const void *message, size_t len)
{
	for (size_t i = 0; i < GUESTS_MAX; i++) {
		struct guest *guest = &guests->all[i];
		struct pollfd room = { .fd = guest->fd, .events = POLLOUT };

		if (guest->fd >= 0 && guest->attached && poll(&room, 1, LAST_WORD_MS) > 0 &&
		    tell_lost(guest))
			(void)try_send(guest, message, len);
		if (guest->fd >= 0)
			guest_drop(guest);
	}
}
