/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/fixed.h"
#include "base/time.h"
#include "container/restart.h"
#include "container/state.h"
#include "kernel/clone.h"
#include "kernel/exit_info.h"
#include "monitor/monitor.h"
#include "monitor/next.h"
#include "monitor/relay.h"
#include "store/event.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/*
 * containr-monitor: the parent of a container's first process, one for each running container. It
 * keeps the log, serves the client, notes the exit, and then becomes containr-cleanup. It has no
 * heap to speak of; when it is killed the container runs on, and the next command that looks starts
 * another one, which is not the parent and learns of the exit from the pidfd.
 */

#define OOM_LOOKS 100
#define OOM_LOOK_MS 10

struct monitor {
	char **argv;
	unsigned int flags;
	pid_t pid;
	int64_t oom_count;
	bool stop_asked; /* by a command; no restart any more */
	int oom_looks;	 /* how often the counter is still to be looked at */
	struct relay relay;
};

/* Reads what a command left for us in the container's folder; false where it left nothing. */
static bool read_file(const char *id, const char *folder, const char *file, struct fixed *text)
{
	char path[128];
	struct fixed name = FIXED_INIT(path);
	ssize_t len;
	int fd;

	fixed_put(&name, folder);
	fixed_put(&name, id);
	fixed_put(&name, file);
	fd = openat(MONITOR_FD_ROOT, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text->data, text->size - 1);
	(void)close(fd);
	if (len <= 0)
		return false;
	text->data[len] = '\0';
	text->len = (size_t)len;
	return true;
}

static void tell(const struct monitor *monitor, const char *action, const char *more)
{
	char buffer[EVENT_LINE_MAX];
	struct fixed attributes = FIXED_INIT(buffer);
	const struct event event = { .type = "container",
				     .action = action,
				     .id = monitor->argv[MONITOR_ARG_ID],
				     .attributes = buffer };

	/* the name is part of them: a command that gave another one has left them in a file. At the
	 * end of a --rm container that is in the trash already */
	if (!read_file(event.id, "containers/", "/" MONITOR_ATTRIBUTES_FILE, &attributes) &&
	    !read_file(event.id, "trash/", "/" MONITOR_ATTRIBUTES_FILE, &attributes))
		fixed_put(&attributes, monitor->argv[MONITOR_ARG_ATTRIBUTES]);
	fixed_put(&attributes, more);
	event_write(MONITOR_FD_ROOT, &event);
}

/* How many processes the kernel killed for memory: the same key in v1 and v2. */
static int64_t read_oom_count(void)
{
	char text[512];
	ssize_t len = pread(MONITOR_FD_OOM_COUNT, text, sizeof(text) - 1, 0);
	const char *found;

	if (len <= 0)
		return 0;
	text[len] = '\0';
	found = strstr(text, "oom_kill ");
	return found ? fixed_parse_int(found + strlen("oom_kill ")) : 0;
}

static void check_oom(struct monitor *monitor)
{
	int64_t count = read_oom_count();

	if (count <= monitor->oom_count)
		return;
	tell(monitor, "oom", "");
	monitor->oom_count = count;
	monitor->oom_looks = 0;
}

/* v1 tells by an eventfd, v2 by the counter's own file. */
static struct pollfd oom_source(void)
{
	if (fcntl(MONITOR_FD_OOM_EVENT, F_GETFD) >= 0)
		return (struct pollfd) { .fd = MONITOR_FD_OOM_EVENT, .events = POLLIN };
	if (fcntl(MONITOR_FD_OOM_COUNT, F_GETFD) >= 0)
		return (struct pollfd) { .fd = MONITOR_FD_OOM_COUNT, .events = POLLPRI };
	return (struct pollfd) { .fd = -1 };
}

/*
 * v1 tells before the kernel has chosen whom to kill, and nothing tells when that is counted: the
 * counter is looked at for a second.
 */
static void take_oom_event(struct monitor *monitor, int fd)
{
	uint64_t times;

	if (fd == MONITOR_FD_OOM_EVENT) {
		if (read(fd, &times, sizeof(times)) < 0)
			return;
		monitor->oom_looks = OOM_LOOKS;
	}
	check_oom(monitor);
}

static struct pollfd stream(const struct relay *relay, int fd)
{
	short events = fd < 0 ? 0 : relay_wants(relay, fd);

	/* nothing is wanted of it now; its hang-up would wake us for ever */
	return (struct pollfd) { .fd = events ? fd : -1, .events = events };
}

/* What is waited for: each source has its place. */
enum source {
	SOURCE_END,
	SOURCE_OOM,
	SOURCE_LISTENER,
	SOURCE_STREAMS, /* client, output, errors, input */
	SOURCE_GUESTS = SOURCE_STREAMS + 4,
	SOURCE_COUNT = SOURCE_GUESTS + GUESTS_MAX
};

static void list_guests(const struct relay *relay, struct pollfd fds[GUESTS_MAX])
{
	for (size_t i = 0; i < GUESTS_MAX; i++) {
		const struct guest *guest = &relay->guests.all[i];
		bool wanted = relay_wants_guest(relay, guest);

		fds[i] = (struct pollfd) { .fd = wanted ? guest->fd : -1, .events = POLLIN };
	}
}

/* What a command asked for is in the record before it is told so. */
static void heed(struct monitor *monitor, struct guest *guest, char word)
{
	struct state state;
	struct containr_error ignored;

	if (word == MONITOR_MSG_STOP)
		monitor->stop_asked = true;
	if (word == MONITOR_MSG_KEEP)
		monitor->flags &= ~(unsigned int)MONITOR_AUTO_REMOVE;
	else if (state_read(MONITOR_FD_STATE, &state, &ignored) == 0) {
		if (word == MONITOR_MSG_STOP)
			state.stopped = 1;
		else
			state.paused = word == MONITOR_MSG_PAUSED;
		error_ignore(state_write(MONITOR_FD_STATE, &state, &ignored));
	}
	guest_answer(guest, word);
}

static void take_guests(struct monitor *monitor, const struct pollfd fds[GUESTS_MAX])
{
	struct relay *relay = &monitor->relay;

	for (size_t i = 0; i < GUESTS_MAX; i++) {
		struct guest *guest = &relay->guests.all[i];
		char word = 0;

		/* a guest before whose turn another one's input came waits for the next */
		if (fds[i].revents && guest->fd == fds[i].fd && relay_wants_guest(relay, guest))
			word = relay_guest_ready(relay, guest);
		if (word)
			heed(monitor, guest, word);
	}
}

/* Serves the streams until the container's first process has ended. */
static void serve(struct monitor *monitor)
{
	struct relay *relay = &monitor->relay;
	const struct pollfd oom = oom_source();
	bool listens = fcntl(MONITOR_FD_LISTENER, F_GETFD) >= 0;

	for (;;) {
		struct pollfd fds[SOURCE_COUNT] = {
			{ .fd = MONITOR_FD_PIDFD, .events = POLLIN },
			oom,
			{ .fd = listens ? MONITOR_FD_LISTENER : -1, .events = POLLIN },
			stream(relay, relay->client),
			stream(relay, relay->output),
			stream(relay, relay->errors),
			stream(relay, relay->input),
		};
		int ready;

		list_guests(relay, &fds[SOURCE_GUESTS]);
		ready = poll(fds, SOURCE_COUNT, monitor->oom_looks > 0 ? OOM_LOOK_MS : -1);

		if (ready < 0) {
			if (errno == EINTR)
				continue;
			return;
		}
		if (fds[SOURCE_OOM].revents)
			take_oom_event(monitor, fds[SOURCE_OOM].fd);
		else if (monitor->oom_looks > 0)
			check_oom(monitor);
		/* busy streams wake us more often than the time that is to pass */
		if (ready == 0 && monitor->oom_looks > 0)
			monitor->oom_looks--;
		for (size_t i = SOURCE_STREAMS; i < SOURCE_GUESTS; i++)
			if (fds[i].revents)
				relay_ready(relay, fds[i].fd, fds[i].revents);
		take_guests(monitor, &fds[SOURCE_GUESTS]);
		if (fds[SOURCE_LISTENER].revents)
			guests_accept(&relay->guests, MONITOR_FD_LISTENER);
		if (fds[SOURCE_END].revents)
			return;
	}
}

/*
 * Listens to commands for a while. Also without a wait: the word of one that came just before the
 * end must be heard before it is decided what follows.
 */
static void listen_for(struct monitor *monitor, int64_t ms)
{
	const int64_t until = time_monotonic_ns() + ms * TIME_NS_PER_MS;
	bool listens = fcntl(MONITOR_FD_LISTENER, F_GETFD) >= 0;

	for (;;) {
		struct pollfd fds[1 + GUESTS_MAX] = {
			{ .fd = listens ? MONITOR_FD_LISTENER : -1, .events = POLLIN },
		};
		int64_t left_ms = (until - time_monotonic_ns()) / TIME_NS_PER_MS;
		int ready;

		list_guests(&monitor->relay, &fds[1]);
		ready = poll(fds, 1 + GUESTS_MAX, left_ms > 0 ? (int)left_ms : 0);
		if (ready == 0 || (ready < 0 && errno != EINTR))
			return;
		take_guests(monitor, &fds[1]);
		if (fds[0].revents)
			guests_accept(&monitor->relay.guests, MONITOR_FD_LISTENER);
		if (monitor->stop_asked)
			return;
	}
}

/* A policy that a command gave later is in a file. */
static bool wants_restart(const struct monitor *monitor, const struct state *state)
{
	char buffer[64];
	struct fixed text = FIXED_INIT(buffer);
	unsigned int flags = monitor->flags;
	int64_t most = fixed_parse_int(monitor->argv[MONITOR_ARG_RESTARTS]);

	if (read_file(monitor->argv[MONITOR_ARG_ID], "containers/", "/" MONITOR_RESTART_FILE,
		      &text)) {
		const char *space = strchr(buffer, ' ');

		flags = (unsigned int)fixed_parse_int(buffer);
		most = space ? fixed_parse_int(space + 1) : 0;
	}
	/* the word may have come to a monitor that was killed */
	return !monitor->stop_asked && !state->stopped &&
	       restart_is_wanted(flags, most, state->restart_count, state->exit_code);
}

struct ending {
	int code; /* 255 where it is not known */
	bool is_known;
};

/* Where we are not the parent the kernel tells us all the same. */
static struct ending read_ending(const struct monitor *monitor)
{
	struct ending ending = { .code = 255, .is_known = true };

	if (!(monitor->flags & MONITOR_ADOPTED))
		ending.code = clone_reap(monitor->pid);
	else
		ending.is_known = exit_info_read(MONITOR_FD_PIDFD, &ending.code);
	return ending;
}

static void fill_exit(struct state *state, struct ending ending, bool oom)
{
	state->status = STATE_EXITED;
	state->exit_code = ending.code;
	state->exit_known = ending.is_known;
	state->oom_killed = oom;
	state->pid = 0;
	state->paused = 0;
	state->finished_ns = time_now_ns();
}

/* Returns how long to wait before a restart; 0: there is to be none. */
static uint32_t note_exit(struct monitor *monitor, struct ending ending)
{
	struct state state;
	struct containr_error ignored;
	char buffer[64];
	struct fixed more = FIXED_INIT(buffer);
	uint32_t delay_ms = 0;

	/* what was counted before counts: systemd may have removed the cgroup of its scope by now */
	check_oom(monitor);
	if (state_read(MONITOR_FD_STATE, &state, &ignored) == 0) {
		fill_exit(&state, ending, monitor->oom_count > 0);
		if (wants_restart(monitor, &state)) {
			delay_ms = restart_delay_ms(state.restart_delay_ms,
						    state.finished_ns - state.started_ns);
			state.status = STATE_RESTARTING;
			state.restart_count++;
			state.restart_delay_ms = delay_ms;
		}
		error_ignore(state_write(MONITOR_FD_STATE, &state, &ignored));
	}
	if (ending.is_known) {
		fixed_put(&more, ",\"exitCode\":\"");
		fixed_put_int(&more, ending.code);
		fixed_put(&more, "\"");
	}
	tell(monitor, "die", more.len ? buffer : "");
	return delay_ms;
}

/* A command wanted no restart after all. */
static void note_stop(void)
{
	struct state state;
	struct containr_error ignored;

	if (state_read(MONITOR_FD_STATE, &state, &ignored) < 0)
		return;
	state.status = STATE_EXITED;
	error_ignore(state_write(MONITOR_FD_STATE, &state, &ignored));
}

/* Returns only when the container is not to run again. */
static void restart_after(struct monitor *monitor, uint32_t delay_ms)
{
	/* its mounts and its first process are of no more use */
	(void)close(MONITOR_FD_MOUNT_NS);
	(void)close(MONITOR_FD_PIDFD);
	listen_for(monitor, delay_ms);
	if (!monitor->stop_asked)
		next_become_keeper(monitor->argv);
	note_stop();
}

int main(int argc, char **argv)
{
	static struct monitor monitor;
	uint32_t delay_ms;
	struct ending ending;

	if (argc != MONITOR_ARG_COUNT)
		return 125;
	monitor.argv = argv;
	monitor.pid = (pid_t)fixed_parse_int(argv[MONITOR_ARG_PID]);
	monitor.flags = (unsigned int)fixed_parse_int(argv[MONITOR_ARG_FLAGS]);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	relay_init(&monitor.relay, monitor.flags & MONITOR_TTY);
	log_rotate_init(&monitor.relay.log, argv[MONITOR_ARG_ID],
			fixed_parse_int(argv[MONITOR_ARG_LOG_BYTES]),
			fixed_parse_int(argv[MONITOR_ARG_LOG_FILES]));
	/* what was killed before our time is told already */
	if (monitor.flags & MONITOR_ADOPTED)
		monitor.oom_count = read_oom_count();
	serve(&monitor);
	ending = read_ending(&monitor);
	relay_drain(&monitor.relay);
	if (!(monitor.flags & MONITOR_AUTO_REMOVE))
		listen_for(&monitor, 0);
	delay_ms = note_exit(&monitor, ending);
	if (monitor.flags & MONITOR_AUTO_REMOVE) {
		next_hide(argv);
		tell(&monitor, "destroy", "");
	}
	/* clients that are told nothing look at the record, and say what it says */
	if (ending.is_known)
		relay_tell_exit(&monitor.relay, ending.code);
	if (delay_ms)
		restart_after(&monitor, delay_ms);
	next_become_cleanup(argv);
	return 125;
}
