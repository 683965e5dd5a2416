/* SPDX-License-Identifier: MIT */
#include "container/control.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "kernel/pty.h"
#include "monitor/monitor.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 16
#define WAIT_MS 2000
#define TRIES 20

/* By way of the folder's descriptor: the path of a state folder may be longer than a socket's may.
 */
static struct sockaddr_un address_of(const struct containr *engine, const char *id)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)snprintf(address.sun_path, sizeof(address.sun_path),
		       "/proc/self/fd/%d/" MONITOR_FOLDER "/%s", engine->runroot_fd, id);
	return address;
}

void control_unlisten(const struct containr *engine, const char *id)
{
	char path[96];

	(void)snprintf(path, sizeof(path), MONITOR_FOLDER "/%s", id);
	(void)unlinkat(engine->runroot_fd, path, 0);
}

int control_listen(const struct containr *engine, const char *id)
{
	const struct sockaddr_un address = address_of(engine, id);
	autoclose int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	mode_t before = umask(0077);
	int r = fd < 0 ? -1 : bind(fd, (const struct sockaddr *)&address, sizeof(address));

	/* of a monitor that was killed */
	if (fd >= 0 && r < 0 && errno == EADDRINUSE) {
		control_unlisten(engine, id);
		r = bind(fd, (const struct sockaddr *)&address, sizeof(address));
	}
	(void)umask(before);
	if (r < 0 || listen(fd, BACKLOG) < 0)
		return -1;
	return steal_fd(&fd);
}

/* A container that was started just now has its socket in a moment. */
static int connect_soon(const struct containr *engine, struct live *live, int fd)
{
	const struct sockaddr_un address = address_of(engine, live->id);

	for (int waited_ms = 0;; waited_ms++) {
		if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
			return 0;
		if ((errno != ENOENT && errno != ECONNREFUSED && errno != EINTR) ||
		    !state_is_locked(live->state_fd) || waited_ms >= WAIT_MS)
			return -1;
		(void)poll(NULL, 0, 1);
	}
}

static int send_word(int socket, char word, int passed)
{
	if (passed >= 0)
		return socket_send_fd_with(socket, passed, &word, 1);
	return send(socket, &word, 1, MSG_NOSIGNAL) == 1 ? 0 : -1;
}

int control_connect(const struct containr *engine, struct live *live, const char *container,
		    char word, int *ret_fd, struct containr_error *err)
{
	return control_connect_with(engine, live, container, word, -1, ret_fd, err);
}

int control_connect_with(const struct containr *engine, struct live *live, const char *container,
			 char word, int passed, int *ret_fd, struct containr_error *err)
{
	autoclose int fd = -1;
	int r = 0;

	if (!state_is_up(&live->state))
		return fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "container '%s' is not running",
			    container);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create a socket");
	if (connect_soon(engine, live, fd) == 0 && send_word(fd, word, passed) == 0) {
		*ret_fd = steal_fd(&fd);
		return 0;
	}
	/* it may have ended meanwhile */
	r = state_read(live->state_fd, &live->state, err);
	if (r == 0 && !state_is_up(&live->state))
		return fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "container '%s' is not running",
			    container);
	return r < 0 ? r
		     : fail(err, CONTAINR_E_MONITOR_LOST,
			    "container '%s' has no monitor to talk to", container);
}

int control_tell(const struct containr *engine, struct live *live, const char *container, char word,
		 struct containr_error *err)
{
	/* a monitor that hands over to the next one may take no notice: then the next one does */
	for (int tries = 0; tries < TRIES; tries++) {
		autoclose int fd = -1;
		char answer;
		int r = control_connect(engine, live, container, word, &fd, err);

		if (r < 0)
			return r;
		if (recv(fd, &answer, 1, 0) == 1 && answer == word)
			return state_read(live->state_fd, &live->state, err);
		r = state_read(live->state_fd, &live->state, err);
		if (r < 0)
			return r;
	}
	return fail(err, CONTAINR_E_MONITOR_LOST, "container '%s' has no monitor to talk to",
		    container);
}

int containr_connect(struct containr *engine, const char *container, int *ret_attach,
		     struct containr_error *err)
{
	autolive live = LIVE_INIT;
	int r = live_find(engine, container, &live, err);

	if (r == 0 && live.state.status == STATE_RESTARTING)
		r = fail(err, CONTAINR_E_CONTAINER_NOT_RUNNING, "container '%s' is restarting",
			 container);
	return r < 0 ? r
		     : control_connect(engine, &live, container, MONITOR_MSG_ATTACH, ret_attach,
				       err);
}
