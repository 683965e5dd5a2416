/* SPDX-License-Identifier: MIT */
#include "kernel/cgroup.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define WAIT_NS (10 * TIME_NS_PER_SEC)
#define FOLDER_MAX 4096
#define QUICK_LOOKS 100

/* The two kinds of freezer. */
struct freezer {
	enum cgroup_controller controller;
	const char *file;
	const char *on;
	const char *off;
	const char *progress;  /* the file that tells how far it is */
	const char *is_frozen; /* what it says when all are */
	const char *is_thawed;
};

/* cgroup-v2.rst; cgroup-v1/freezer-subsystem.rst */
static const struct freezer freezers[] = {
	{ CGROUP_UNIFIED, "cgroup.freeze", "1", "0", "cgroup.events", "frozen 1", "frozen 0" },
	{ CGROUP_FREEZER, "freezer.state", "FROZEN", "THAWED", "freezer.state", "FROZEN",
	  "THAWED" },
};

/* The cgroup's folder in a freezer's hierarchy; -1 where it has none. */
static int open_folder(const struct cgroup_host *host, const struct freezer *freezer,
		       const char *path)
{
	unsigned int all = host->v1 | host->v2;
	char full[FOLDER_MAX];

	if (!(all & CGROUP_BIT(freezer->controller)) ||
	    cgroup_folder(host, freezer->controller, path, full, sizeof(full)) < 0)
		return -1;
	return openat(AT_FDCWD, full, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

static bool says(int fd, const char *word)
{
	char text[256];
	ssize_t len = pread(fd, text, sizeof(text) - 1, 0);

	if (len < 0)
		return false;
	text[len] = '\0';
	return strstr(text, word) != NULL;
}

/*
 * cgroup.events wakes who polls it for POLLPRI. freezer.state does not, and a v1 cgroup may stay
 * half frozen until it is told again (a task in vfork(2)): that is what the second write is for.
 */
static int wait_until(int dir, const struct freezer *freezer, bool frozen)
{
	const char *wanted = frozen ? freezer->is_frozen : freezer->is_thawed;
	autoclose int fd = openat(dir, freezer->progress, O_RDWR | O_CLOEXEC);
	int64_t end = time_monotonic_ns() + WAIT_NS;
	int looks = 0;

	if (fd < 0)
		fd = openat(dir, freezer->progress, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && !says(fd, wanted)) {
		struct pollfd event = { .fd = fd, .events = POLLPRI };
		bool v2 = freezer->controller == CGROUP_UNIFIED;

		if (time_monotonic_ns() > end) {
			errno = ETIMEDOUT;
			return -1;
		}
		/* most are frozen at once, and cgroup.events wakes nobody twice in 10 ms */
		(void)poll(&event, v2, looks++ >= QUICK_LOOKS);
		if (!v2 && frozen && write(fd, freezer->on, strlen(freezer->on)) < 0)
			return -1;
	}
	return fd < 0 ? -1 : 0;
}

static int set_state(int dir, const struct freezer *freezer, bool frozen)
{
	const char *word = frozen ? freezer->on : freezer->off;
	autoclose int fd = openat(dir, freezer->file, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, word, strlen(word)) < 0)
		return -1;
	return wait_until(dir, freezer, frozen);
}

int cgroup_freeze(const struct cgroup_host *host, const char *path, bool frozen,
		  struct containr_error *err)
{
	const char *verb = frozen ? "freeze" : "thaw";
	bool done = false;

	for (size_t i = 0; i < ARRAY_LEN(freezers) && !(done && frozen); i++) {
		autoclose int dir = open_folder(host, &freezers[i], path);

		/* kernels before 5.2 have no cgroup.freeze */
		if (dir < 0 || faccessat(dir, freezers[i].file, F_OK, 0) < 0)
			continue;
		if (set_state(dir, &freezers[i], frozen) < 0) {
			int r = errno == ETIMEDOUT
					? fail(err, CONTAINR_E_TIMEOUT,
					       "cannot %s cgroup '%s' in 10 seconds", verb, path)
					: fail_sys(err, CONTAINR_E_CGROUP_SETUP,
						   "cannot %s cgroup '%s'", verb, path);
			struct containr_error ignored;

			/* half frozen is worse than running */
			if (frozen)
				error_ignore(cgroup_freeze(host, path, false, &ignored));
			return r;
		}
		done = true;
	}
	if (done)
		return 0;
	(void)fail(err, CONTAINR_E_UNSUPPORTED, "cannot %s cgroup '%s': it has no freezer", verb,
		   path);
	return host->is_denied
		       ? fail_hint(err, "an ordinary user has no cgroups here: run it as root, or "
					"where cgroups are delegated")
		       : -err->code;
}

bool cgroup_is_frozen(const struct cgroup_host *host, const char *path)
{
	for (size_t i = 0; i < ARRAY_LEN(freezers); i++) {
		autoclose int dir = open_folder(host, &freezers[i], path);
		autoclose int fd = -1;

		if (dir < 0)
			continue;
		fd = openat(dir, freezers[i].file, O_RDONLY | O_CLOEXEC);
		/* "FREEZING" too: who asks wants to know whether it was told to */
		if (fd >= 0 && (says(fd, freezers[i].on) || says(fd, "FREEZING")))
			return true;
	}
	return false;
}
