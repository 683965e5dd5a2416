/* SPDX-License-Identifier: MIT */
#include <containr/container.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "container/control.h"
#include "container/live.h"
#include "kernel/exit_info.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"
#include "monitor/monitor.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

/* Signals that mean the container when they reach the client. */
static const int proxied[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2 };

/* One whose monitor was killed has another one when it was looked at. */
#define FIND_TRIES 50
#define FIND_LOOK_MS 20

struct attach {
	struct containr *engine;
	const char *container;
	const struct containr_attach_options *options;
	int connection;
	int stdin_fd; /* -1 at its end */
	int signals;
	bool raw;
	bool detached;
	bool ended;
	int exit_code;
	struct termios saved;
	sigset_t saved_mask;
	/* of the first client, in case the monitor is killed; -1 for none */
	int pidfd;
	int input; /* to the container's standard input, or its terminal */
	struct monitor_held run;
	unsigned char detach_keys[8];
	size_t detach_len;
	size_t detach_seen;
	struct containr_error *err;
};

/* Reads "ctrl-p,ctrl-q" as the bytes that a terminal sends for it. */
static int parse_detach_keys(struct attach *a)
{
	const char *text = a->options->detach_keys ? a->options->detach_keys : "ctrl-p,ctrl-q";

	while (*text) {
		size_t len = strcspn(text, ",");
		int key = -1;

		if (len == 1)
			key = (unsigned char)text[0];
		else if (len == 6 && strncmp(text, "ctrl-", 5) == 0 && text[5] >= '@' &&
			 text[5] <= 'z')
			key = text[5] & 0x1f;
		if (key < 0 || a->detach_len == sizeof(a->detach_keys)) {
			(void)fail(a->err, CONTAINR_E_INVALID_ARGUMENT,
				   "detach keys '%s' are not understood", text);
			return fail_hint(a->err, "write keys as ctrl-p,ctrl-q or single letters");
		}
		a->detach_keys[a->detach_len++] = (unsigned char)key;
		text += len;
		text += *text == ',';
	}
	return 0;
}

static int enter_raw_mode(struct attach *a)
{
	struct termios raw;

	if (!a->options->tty || a->stdin_fd < 0 || tcgetattr(a->stdin_fd, &a->saved) < 0)
		return 0;
	raw = a->saved;
	cfmakeraw(&raw);
	if (tcsetattr(a->stdin_fd, TCSANOW, &raw) < 0)
		return fail_sys(a->err, CONTAINR_E_IO, "cannot set the terminal to raw mode");
	a->raw = true;
	return 0;
}

static int watch_signals(struct attach *a)
{
	sigset_t set;

	(void)sigemptyset(&set);
	if (a->options->tty)
		(void)sigaddset(&set, SIGWINCH);
	for (size_t i = 0; a->options->sig_proxy && i < ARRAY_LEN(proxied); i++)
		(void)sigaddset(&set, proxied[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &a->saved_mask);
	a->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (a->signals < 0)
		return fail_sys(a->err, CONTAINR_E_IO, "cannot watch signals");
	return 0;
}

/* The connection's messages are small and the monitor always reads: sending may wait. */
static int send_message(struct attach *a, char type, const void *payload, size_t len)
{
	char message[1 + MONITOR_PAYLOAD_MAX];

	message[0] = type;
	memcpy(message + 1, payload, len);
	while (send(a->connection, message, len + 1, MSG_NOSIGNAL) < 0) {
		if (errno == EINTR)
			continue;
		if (errno == EPIPE || errno == ECONNRESET)
			return 0; /* its last message tells the exit */
		return fail_sys(a->err, CONTAINR_E_IO, "cannot send to the container's monitor");
	}
	return 0;
}

static int send_size(struct attach *a)
{
	struct winsize window;
	struct monitor_size size;

	if (!a->options->tty || a->options->stdin_fd < 0 ||
	    ioctl(a->options->stdin_fd, TIOCGWINSZ, &window) < 0)
		return 0;
	size.rows = window.ws_row;
	size.columns = window.ws_col;
	return send_message(a, MONITOR_MSG_RESIZE, &size, sizeof(size));
}

/* Takes the detach keys out of the input; keys that only began like them are passed on. */
static int filter_and_send(struct attach *a, const unsigned char *bytes, size_t len)
{
	unsigned char out[MONITOR_PAYLOAD_MAX];
	size_t used = 0;

	for (size_t i = 0; i < len; i++) {
		if (a->detach_len && bytes[i] == a->detach_keys[a->detach_seen]) {
			if (++a->detach_seen < a->detach_len)
				continue;
			a->detached = true;
			break;
		}
		memcpy(out + used, a->detach_keys, a->detach_seen);
		used += a->detach_seen;
		a->detach_seen = 0;
		out[used++] = bytes[i];
	}
	return used ? send_message(a, MONITOR_MSG_INPUT, out, used) : 0;
}

static int take_input(struct attach *a)
{
	unsigned char bytes[MONITOR_PAYLOAD_MAX - sizeof(a->detach_keys)];
	ssize_t got = read(a->stdin_fd, bytes, sizeof(bytes));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return 0;
	if (got <= 0) {
		a->stdin_fd = -1;
		/* or the container would wait for us too */
		if (!a->options->tty) {
			cleanup_close(&a->input);
			a->input = -1;
		}
		return send_message(a, MONITOR_MSG_INPUT_END, "", 0);
	}
	if (a->options->tty)
		return filter_and_send(a, bytes, (size_t)got);
	return send_message(a, MONITOR_MSG_INPUT, bytes, (size_t)got);
}

static int take_signal(struct attach *a)
{
	struct signalfd_siginfo info;
	struct containr_error ignored;

	if (read(a->signals, &info, sizeof(info)) != sizeof(info))
		return 0;
	if (info.ssi_signo == SIGWINCH)
		return send_size(a);
	/* a container that just ended needs it no more */
	error_ignore(containr_kill(a->engine, a->container, (int)info.ssi_signo, &ignored));
	return 0;
}

static int put_output(struct attach *a, int fd, const char *bytes, size_t len)
{
	if (fd < 0 || fs_write_all(fd, bytes, len) == 0)
		return 0;
	/* somebody closed our end ("| head"): the container runs on, its output is still logged */
	if (errno == EPIPE)
		return 0;
	return fail_sys(a->err, CONTAINR_E_IO, "cannot write the container's output");
}

/* How the container ended, where the monitor cannot tell it and we are the first client. */
static bool see_end(struct attach *a)
{
	struct containr_error ignored;
	bool ended = false;

	if (a->pidfd < 0 || pidfd_wait_end(a->pidfd, 0, &ended, &ignored) < 0 || !ended ||
	    !exit_info_read(a->pidfd, &a->exit_code))
		return false;
	error_ignore(live_note_end(a->engine, a->container, &a->run, a->exit_code, &ignored));
	return true;
}

/*
 * Finds how the container is, by which it gets another monitor or its end is written down.
 *
 * @ret_vain: there is no monitor and will be none, or nobody knows how it ended
 */
static int find_again(struct attach *a, int *ret_connection, bool *ret_vain)
{
	autolive live = LIVE_INIT;
	int r = live_find(a->engine, a->container, &live, a->err);

	*ret_vain = r < 0 || live.monitor_lost || !state_is_up(&live.state);
	if (r < 0)
		return r;
	if (live.state.exit_known && live.state.pid == 0) {
		a->exit_code = live.state.exit_code;
		a->ended = true;
		return 0;
	}
	if (a->pidfd < 0)
		return control_connect(a->engine, &live, a->container, MONITOR_MSG_ATTACH,
				       ret_connection, a->err);
	if (live.state.pid != a->run.pid || live.state.pid_start != a->run.pid_start)
		return -CONTAINR_E_MONITOR_LOST; /* that run has ended */
	return control_connect_with(a->engine, &live, a->container, MONITOR_MSG_AGAIN, a->input,
				    ret_connection, a->err);
}

/*
 * Without a last message: a client that was too slow for it, or a monitor that was killed. In the
 * first case the container's end is written down, in the second we go on with the next monitor.
 */
static int lose_connection(struct attach *a)
{
	autoclose int connection = -1;
	bool vain = false;
	int r = -CONTAINR_E_MONITOR_LOST;

	for (int tries = 0; tries < FIND_TRIES && r < 0 && !vain; tries++) {
		if (tries > 0)
			(void)poll(NULL, 0, FIND_LOOK_MS);
		a->ended = see_end(a);
		if (a->ended)
			return 0;
		r = find_again(a, &connection, &vain);
	}
	if (a->ended)
		return 0;
	/* in its place, as it is the caller's */
	if (r < 0 || dup3(connection, a->connection, O_CLOEXEC) < 0)
		return fail(a->err, CONTAINR_E_MONITOR_LOST, "lost the monitor of container '%s'",
			    a->container);
	return send_size(a);
}

/* From the starter: what outlives a monitor. */
static void take_held(struct attach *a, const char *payload, size_t len, int fds[SOCKET_FDS_MAX])
{
	if (len != sizeof(a->run) || a->pidfd >= 0)
		return;
	memcpy(&a->run, payload, sizeof(a->run));
	a->pidfd = steal_fd(&fds[0]);
	a->input = a->stdin_fd >= 0 || a->options->tty ? steal_fd(&fds[1]) : -1;
}

static int take_lost(struct attach *a, const char *payload, size_t len)
{
	int64_t bytes;

	if (len != sizeof(bytes))
		return 0;
	memcpy(&bytes, payload, sizeof(bytes));
	log_warn(&a->engine->log, "%lld bytes of output were not read in time; see containr logs",
		 (long long)bytes);
	return 0;
}

static int take_payload(struct attach *a, char type, const char *payload, size_t len)
{
	int32_t code;

	switch (type) {
	case MONITOR_MSG_LOST:
		return take_lost(a, payload, len);
	case MONITOR_MSG_OUTPUT:
		return put_output(a, a->options->stdout_fd, payload, len);
	case MONITOR_MSG_ERRORS:
		return put_output(a, a->options->stderr_fd, payload, len);
	case MONITOR_MSG_EXIT:
		if (len == sizeof(code)) {
			memcpy(&code, payload, sizeof(code));
			a->exit_code = code;
		}
		a->ended = true;
		return 0;
	default:
		return 0;
	}
}

static int take_message(struct attach *a)
{
	char message[1 + MONITOR_PAYLOAD_MAX];
	int fds[SOCKET_FDS_MAX];
	ssize_t got = socket_recv_fds(a->connection, message, sizeof(message), fds);

	/* a monitor that ends with input unread resets the connection: its last words, the exit, are
	 * still in the queue behind this error. unix(7) */
	if (got < 0 && (errno == EINTR || errno == ECONNRESET))
		return 0;
	if (got > 0 && message[0] == MONITOR_MSG_HELD)
		take_held(a, message + 1, (size_t)got - 1, fds);
	for (size_t i = 0; i < SOCKET_FDS_MAX; i++)
		cleanup_close(&fds[i]);
	if (got <= 0)
		return lose_connection(a);
	return take_payload(a, message[0], message + 1, (size_t)got - 1);
}

static int pump(struct attach *a)
{
	int r = send_size(a);

	while (r == 0 && !a->ended && !a->detached) {
		struct pollfd fds[] = {
			{ .fd = a->connection, .events = POLLIN },
			{ .fd = a->stdin_fd, .events = POLLIN },
			{ .fd = a->signals, .events = POLLIN },
		};

		if (poll(fds, ARRAY_LEN(fds), -1) < 0) {
			if (errno == EINTR)
				continue;
			return fail_sys(a->err, CONTAINR_E_IO, "cannot wait for the container");
		}
		if (fds[2].revents)
			r = take_signal(a);
		if (r == 0 && fds[1].revents)
			r = take_input(a);
		if (r == 0 && fds[0].revents)
			r = take_message(a);
	}
	return r;
}

int containr_attach(struct containr *engine, const char *container, int connection,
		    const struct containr_attach_options *options, int *ret_exit_code,
		    struct containr_error *err)
{
	struct attach a = { .engine = engine,
			    .container = container,
			    .options = options,
			    .connection = connection,
			    .stdin_fd = options->stdin_fd,
			    .signals = -1,
			    .pidfd = -1,
			    .input = -1,
			    .exit_code = -1,
			    .err = err };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct sigaction before;
	int r = parse_detach_keys(&a);

	(void)sigaction(SIGPIPE, &ignore, &before);
	(void)sigprocmask(SIG_BLOCK, NULL, &a.saved_mask);
	if (r == 0)
		r = enter_raw_mode(&a);
	if (r == 0)
		r = watch_signals(&a);
	if (r == 0)
		r = pump(&a);
	if (a.raw)
		(void)tcsetattr(options->stdin_fd, TCSANOW, &a.saved);
	(void)sigprocmask(SIG_SETMASK, &a.saved_mask, NULL);
	(void)sigaction(SIGPIPE, &before, NULL);
	cleanup_close(&a.signals);
	cleanup_close(&a.pidfd);
	cleanup_close(&a.input);
	if (r == 0)
		*ret_exit_code = a.exit_code;
	return r;
}
