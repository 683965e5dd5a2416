/* SPDX-License-Identifier: MIT */
#include "store/event.h"

#include "base/cleanup.h"
#include "base/time.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static int format_event(char *line, size_t size, const struct event *event, const char *attributes)
{
	int64_t now = time_now_ns();
	int len = snprintf(line, size,
			   "{\"Type\":\"%s\",\"Action\":\"%s\",\"Actor\":{\"ID\":\"%s\","
			   "\"Attributes\":{%s}},\"scope\":\"local\",\"time\":%" PRId64
			   ",\"timeNano\":%" PRId64 "}\n",
			   event->type, event->action, event->id, attributes, now / TIME_NS_PER_SEC,
			   now);

	return len > 0 && (size_t)len < size ? len : -1;
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
	char line[EVENT_LINE_MAX];
	autoclose int fd =
		openat(root_fd, EVENT_LOG, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	int len;

	if (fd < 0)
		return;
	len = format_event(line, sizeof(line), event, event->attributes ? event->attributes : "");
	if (len < 0)
		len = format_event(line, sizeof(line), event, "");
	if (len > 0 && write(fd, line, (size_t)len) == len)
		rotate(root_fd, fd);
}
