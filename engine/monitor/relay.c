/* SPDX-License-Identifier: MIT */
#include "monitor/relay.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#define SLOW_CLIENT_MS 10000

static void close_slot(int *slot)
{
	if (*slot >= 0)
		(void)close(*slot);
	*slot = -1;
}

static int open_or_none(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0)
		return -1;
	(void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	return fd;
}

void relay_init(struct relay *relay, bool tty)
{
	relay->tty = tty;
	guests_init(&relay->guests);
	relay->client = open_or_none(MONITOR_FD_CLIENT);
	relay->input = open_or_none(MONITOR_FD_INPUT);
	relay->output = open_or_none(MONITOR_FD_OUTPUT);
	relay->errors = open_or_none(MONITOR_FD_ERRORS);
}

static void drop_client(struct relay *relay)
{
	close_slot(&relay->client);
	relay->out_len = 0;
}

static void send_out(struct relay *relay)
{
	ssize_t sent =
		send(relay->client, &relay->out, relay->out_len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (sent >= 0)
		relay->out_len = 0;
	else if (errno != EAGAIN && errno != EINTR && errno != ENOBUFS)
		drop_client(relay);
}

/* Reads once from a stream of the container; false when there is nothing more to be had now. */
static bool take_output(struct relay *relay, int *slot, char type)
{
	ssize_t got = read(*slot, relay->out.payload, sizeof(relay->out.payload));

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	/* a terminal whose last user is gone answers EIO */
	if (got <= 0) {
		close_slot(slot);
		return false;
	}
	log_rotate_append(&relay->log, type == MONITOR_MSG_ERRORS ? "stderr" : "stdout",
			  relay->out.payload, (size_t)got);
	relay->out.type = type;
	guests_send_output(&relay->guests, &relay->out, 1 + (size_t)got);
	if (relay->client < 0)
		return true;
	relay->out_len = 1 + (size_t)got;
	send_out(relay);
	return relay->out_len == 0;
}

static void put_input(struct relay *relay)
{
	while (relay->in_done < relay->in_len && relay->input >= 0) {
		ssize_t put = write(relay->input, relay->in.payload + relay->in_done,
				    relay->in_len - relay->in_done);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0 && errno == EAGAIN)
			return;
		if (put < 0) {
			close_slot(&relay->input);
			break;
		}
		relay->in_done += (size_t)put;
	}
	relay->in_len = relay->in_done = 0;
	if (relay->input_ended && !relay->tty)
		close_slot(&relay->input);
}

static void resize(const struct relay *relay, size_t len)
{
	struct monitor_size size;
	struct winsize window = { 0 };

	if (len != sizeof(size) || !relay->tty)
		return;
	memcpy(&size, relay->in.payload, sizeof(size));
	window.ws_row = size.rows;
	window.ws_col = size.columns;
	(void)ioctl(relay->input, TIOCSWINSZ, &window);
}

/* Reads a message into relay->in; its length, 0 when the client is gone, -1 when there is none. */
static ssize_t receive(struct relay *relay, int fd)
{
	ssize_t got = recv(fd, &relay->in, sizeof(relay->in), MSG_DONTWAIT);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return -1;
	return got < 0 ? 0 : got;
}

/* What any client may say of the container's input and terminal. */
static void take_common(struct relay *relay, size_t len)
{
	if (relay->in.type == MONITOR_MSG_INPUT) {
		relay->in_len = len;
		relay->in_done = 0;
		put_input(relay);
	} else if (relay->in.type == MONITOR_MSG_RESIZE) {
		resize(relay, len);
	} /* else of a newer client */
}

static void take_message(struct relay *relay)
{
	ssize_t got = receive(relay, relay->client);

	if (got < 0)
		return;
	if (got == 0) {
		drop_client(relay);
	} else if (relay->in.type == MONITOR_MSG_INPUT_END) {
		relay->input_ended = true;
		put_input(relay);
	} else {
		take_common(relay, (size_t)got - 1);
	}
}

bool relay_wants_guest(const struct relay *relay, const struct guest *guest)
{
	/* input has one place; whoever is not attached gives none */
	return !guest->attached || relay->in_len == 0;
}

/* The first client of a monitor that was killed: what it held for us is ours again. */
static void readmit(struct relay *relay, struct guest *guest, int *fd)
{
	if (relay->client >= 0) {
		guest_drop(guest);
		return;
	}
	relay->client = guest->fd;
	*guest = (struct guest) { .fd = -1 };
	if (*fd < 0 || relay->input >= 0)
		return;
	if (relay->tty && relay->output < 0)
		relay->output = open_or_none(fcntl(*fd, F_DUPFD_CLOEXEC, 0));
	relay->input = open_or_none(*fd);
	*fd = -1;
}

static char greet(struct relay *relay, struct guest *guest)
{
	int fd;
	char word = guest_greet(guest, &fd);

	if (word == MONITOR_MSG_AGAIN) {
		readmit(relay, guest, &fd);
		word = 0;
	}
	close_slot(&fd);
	return word;
}

/* The end of a guest's input is not that of the container: others may come. */
char relay_guest_ready(struct relay *relay, struct guest *guest)
{
	ssize_t got;

	if (!guest->attached)
		return greet(relay, guest);
	got = receive(relay, guest->fd);
	if (got == 0)
		guest_drop(guest);
	else if (got > 0)
		take_common(relay, (size_t)got - 1);
	return 0;
}

short relay_wants(const struct relay *relay, int fd)
{
	if (fd == relay->client && fd >= 0)
		return (short)((relay->in_len ? 0 : POLLIN) | (relay->out_len ? POLLOUT : 0));
	/* a terminal is both input and output */
	if (fd == relay->input && fd >= 0 && fd != relay->output)
		return relay->in_len ? POLLOUT : 0;
	return relay->out_len ? 0 : POLLIN;
}

void relay_ready(struct relay *relay, int fd, short events)
{
	if (fd == relay->client) {
		if (events & POLLOUT)
			send_out(relay);
		if (events & (POLLIN | POLLHUP | POLLERR) && relay->client >= 0)
			take_message(relay);
	} else if (fd == relay->output) {
		(void)take_output(relay, &relay->output, MONITOR_MSG_OUTPUT);
	} else if (fd == relay->errors) {
		(void)take_output(relay, &relay->errors, MONITOR_MSG_ERRORS);
	} else if (fd == relay->input) {
		if (events & POLLERR) /* nobody reads it any more */
			close_slot(&relay->input);
		else
			put_input(relay);
	}
}

/* Waits until the client took what is waiting for it; a client that never does is dropped. */
static void flush_client(struct relay *relay)
{
	while (relay->out_len > 0 && relay->client >= 0) {
		struct pollfd ready = { .fd = relay->client, .events = POLLOUT };

		if (poll(&ready, 1, SLOW_CLIENT_MS) == 0)
			drop_client(relay);
		else
			send_out(relay);
	}
}

static void drain_one(struct relay *relay, int *slot, char type)
{
	while (*slot >= 0) {
		flush_client(relay);
		if (!take_output(relay, slot, type) && relay->out_len == 0)
			return;
	}
}

void relay_drain(struct relay *relay)
{
	drain_one(relay, &relay->output, MONITOR_MSG_OUTPUT);
	drain_one(relay, &relay->errors, MONITOR_MSG_ERRORS);
	flush_client(relay);
}

void relay_tell_exit(struct relay *relay, int exit_code)
{
	int32_t code = exit_code;

	relay->out.type = MONITOR_MSG_EXIT;
	memcpy(relay->out.payload, &code, sizeof(code));
	guests_send_last(&relay->guests, &relay->out, 1 + sizeof(code));
	if (relay->client < 0)
		return;
	relay->out_len = 1 + sizeof(code);
	send_out(relay);
	flush_client(relay);
	drop_client(relay);
}
