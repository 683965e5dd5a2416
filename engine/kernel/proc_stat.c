/* SPDX-License-Identifier: MIT */
#include "kernel/proc_stat.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Numbers of fields as the manual page counts them. */
enum {
	FIELD_PARENT = 4,
	FIELD_SESSION = 6,
	FIELD_TERMINAL = 7,
	FIELD_USER_TICKS = 14,
	FIELD_SYSTEM_TICKS = 15,
	FIELD_START_TICKS = 22,
};

int proc_stat_parse(const char *text, struct proc_stat *ret_stat)
{
	int64_t fields[FIELD_START_TICKS + 1] = { 0 };
	const char *p = strrchr(text, ')');

	if (!p || p[1] != ' ' || p[2] == '\0' || p[3] != ' ')
		goto malformed;
	ret_stat->state = p[2];
	p += 3;
	for (int i = FIELD_PARENT; i <= FIELD_START_TICKS; i++) {
		char *end;

		fields[i] = strtoll(p, &end, 10);
		if (end == p)
			goto malformed;
		p = end;
	}
	ret_stat->parent = (pid_t)fields[FIELD_PARENT];
	ret_stat->session = (pid_t)fields[FIELD_SESSION];
	ret_stat->terminal = (uint32_t)fields[FIELD_TERMINAL];
	ret_stat->user_ticks = (uint64_t)fields[FIELD_USER_TICKS];
	ret_stat->system_ticks = (uint64_t)fields[FIELD_SYSTEM_TICKS];
	ret_stat->start_ticks = (uint64_t)fields[FIELD_START_TICKS];
	return 0;
malformed:
	errno = EPROTO;
	return -1;
}

int proc_stat_read(pid_t pid, struct proc_stat *ret_stat)
{
	char path[64];
	char text[1024];
	ssize_t len;
	autoclose int fd = -1;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	len = read(fd, text, sizeof(text) - 1);
	if (len <= 0)
		return -1;
	text[len] = '\0';
	return proc_stat_parse(text, ret_stat);
}
