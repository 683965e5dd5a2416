/* SPDX-License-Identifier: MIT */
#include "store/event.h"

#include "base/cleanup.h"
#include "base/fixed.h"
#include "base/time.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void format_event(struct fixed *line, const struct event *event, const char *attributes)
{
	int64_t now = time_now_ns();

	fixed_put(line, "{\"Type\":\"");
	fixed_put(line, event->type);
	fixed_put(line, "\",\"Action\":\"");
	fixed_put(line, event->action);
	fixed_put(line, "\",\"Actor\":{\"ID\":\"");
	fixed_put(line, event->id);
	fixed_put(line, "\",\"Attributes\":{");
	fixed_put(line, attributes);
	fixed_put(line, "}},\"scope\":\"local\",\"time\":");
	fixed_put_int(line, now / TIME_NS_PER_SEC);
	fixed_put(line, ",\"timeNano\":");
	fixed_put_int(line, now);
	fixed_put(line, "}\n");
}

/*
 * Two writers may both see a full file; the second rename would then throw away the new file's
 * first events. The inode tells whether the full file is still the current one.
 */
static void rotate(int root_fd, int fd)
{
	struct stat mine;
	struct stat current;

	if (fstat(fd, &mine) < 0 || mine.st_size < EVENT_LOG_MAX)
		return;
	if (fstatat(root_fd, EVENT_LOG, &current, 0) == 0 && current.st_ino == mine.st_ino)
		(void)renameat(root_fd, EVENT_LOG, root_fd, EVENT_LOG_OLD);
}

void event_write(int root_fd, const struct event *event)
{
	char buffer[EVENT_LINE_MAX];
	struct fixed line = FIXED_INIT(buffer);
	autoclose int fd =
		openat(root_fd, EVENT_LOG, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return;
	format_event(&line, event, event->attributes ? event->attributes : "");
	if (line.overflow) {
		line = FIXED_INIT(buffer);
		format_event(&line, event, "");
	}
	if (write(fd, line.data, line.len) == (ssize_t)line.len)
		rotate(root_fd, fd);
}
