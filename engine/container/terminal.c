/* SPDX-License-Identifier: MIT */
#include "container/terminal.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "kernel/pidfd.h"
#include "kernel/pty.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static const int forwarded[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGWINCH };

static sigset_t forwarded_set(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_LEN(forwarded); i++)
		(void)sigaddset(&set, forwarded[i]);
	return set;
}

void signals_hold(sigset_t *ret_before)
{
	const sigset_t set = forwarded_set();

	(void)sigprocmask(SIG_BLOCK, &set, ret_before);
}

static int open_signals(sigset_t *ret_before, struct containr_error *err)
{
	const sigset_t set = forwarded_set();
	int fd;

	signals_hold(ret_before);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? fail_sys(err, CONTAINR_E_IO, "cannot watch signals") : fd;
}

static void copy_size(int from, int to)
{
	struct winsize size;
	struct containr_error ignored;

	if (from >= 0 && ioctl(from, TIOCGWINSZ, &size) == 0)
		error_ignore(pty_set_size(to, size.ws_row, size.ws_col, &ignored));
}

/* Handles one signal: a new size is for the terminal, the rest for the process. */
static void take_signal(int signals, int pidfd, int input, int console)
{
	struct signalfd_siginfo info;
	struct containr_error ignored;

	if (read(signals, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGWINCH && console >= 0)
		copy_size(input, console);
	else if (info.ssi_signo != SIGWINCH)
		error_ignore(pidfd_kill(pidfd, (int)info.ssi_signo, &ignored));
}

/* Copies what is there; false at the end of @from. */
static bool copy(int from, int to)
{
	char bytes[4096];
	ssize_t got = read(from, bytes, sizeof(bytes));

	if (got < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	return got > 0 && fs_write_all(to, bytes, (size_t)got) == 0;
}

static int fail_late(struct containr_error *err)
{
	return fail(err, CONTAINR_E_TIMEOUT, "the process did not end in time");
}

/* The descriptors of a terminal_relay(). */
struct relay {
	int console;
	int input;
	int output;
	int pidfd;
	int alarm;
	int signals;
};

static int relay(const struct relay *r, struct containr_error *err)
{
	int input = r->input;
	bool ended = false;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = r->console, .events = POLLIN },
			{ .fd = input, .events = POLLIN },
			{ .fd = r->signals, .events = POLLIN },
			{ .fd = ended ? -1 : r->pidfd, .events = POLLIN },
			{ .fd = ended ? -1 : r->alarm, .events = POLLIN },
		};
		/* after the end only what is still in the terminal; a program left behind in the
		 * background may hold it open */
		int ready = poll(fds, ARRAY_LEN(fds), ended ? 0 : -1);

		if (ready < 0 && errno == EINTR)
			continue;
		if (ready < 0)
			return fail_sys(err, CONTAINR_E_IO, "cannot wait for the terminal");
		if (fds[0].revents && !copy(r->console, r->output))
			return 0;
		if (ended && !fds[0].revents)
			return 0;
		if (fds[1].revents && !copy(input, r->console))
			input = -1;
		if (fds[2].revents)
			take_signal(r->signals, r->pidfd, input, r->console);
		if (fds[4].revents && !fds[3].revents)
			return fail_late(err);
		if (fds[3].revents)
			ended = true;
	}
}

int terminal_relay(int console, int input, int output, int pidfd, int alarm,
		   struct containr_error *err)
{
	struct termios saved;
	struct termios raw;
	sigset_t before;
	bool is_raw = input >= 0 && tcgetattr(input, &saved) == 0;
	int signals = open_signals(&before, err);
	int r;

	if (signals < 0)
		return signals;
	if (is_raw) {
		raw = saved;
		cfmakeraw(&raw);
		(void)tcsetattr(input, TCSANOW, &raw);
	}
	copy_size(input, console);
	r = relay(&(struct relay) { console, input, output, pidfd, alarm, signals }, err);
	if (is_raw)
		(void)tcsetattr(input, TCSANOW, &saved);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	cleanup_close(&signals);
	return r;
}

int signals_forward(int pidfd, int alarm, struct containr_error *err)
{
	sigset_t before;
	int signals = open_signals(&before, err);
	bool ended = false;
	int r = signals < 0 ? signals : 0;

	while (r == 0 && !ended) {
		struct pollfd fds[] = {
			{ .fd = pidfd, .events = POLLIN },
			{ .fd = signals, .events = POLLIN },
			{ .fd = alarm, .events = POLLIN },
		};

		if (poll(fds, ARRAY_LEN(fds), -1) < 0 && errno != EINTR)
			r = fail_sys(err, CONTAINR_E_IO, "cannot wait for the process");
		if (fds[1].revents)
			take_signal(signals, pidfd, -1, -1);
		ended = fds[0].revents != 0;
		if (r == 0 && !ended && fds[2].revents)
			r = fail_late(err);
	}
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	cleanup_close(&signals);
	return r;
}
