/* SPDX-License-Identifier: MIT */
#include "monitor/next.h"

#include "base/fixed.h"
#include "monitor/monitor.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *join(char *out, size_t size, const char *folder, const char *name)
{
	struct fixed path = { .data = out, .size = size };

	fixed_put(&path, folder);
	fixed_put(&path, name);
	return out;
}

void next_hide(char *const *argv)
{
	const char *id = argv[MONITOR_ARG_ID];
	char name[160];
	char from[96];
	char to[96];

	/* a container that was renamed meanwhile has left its name to others; the new one dangles and
	 * so gets swept */
	(void)join(name, sizeof(name), "names/", argv[MONITOR_ARG_NAME]);
	if (readlinkat(MONITOR_FD_ROOT, name, from, sizeof(from)) == (ssize_t)strlen(id) &&
	    strncmp(from, id, strlen(id)) == 0)
		(void)unlinkat(MONITOR_FD_ROOT, name, 0);
	(void)renameat(MONITOR_FD_ROOT, join(from, sizeof(from), "containers/", id),
		       MONITOR_FD_ROOT, join(to, sizeof(to), "trash/", id));
}

/* Executes what comes next; of the descriptors only the state's is left, with its lock. */
static void become(char *const *argv)
{
	char *const env[] = { NULL };

	for (int fd = MONITOR_FD_ROOT; fd < MONITOR_FD_END; fd++)
		if (fd != MONITOR_FD_STATE)
			(void)close(fd);
	(void)execve(argv[0], argv, env);
}

void next_become_cleanup(char *const *argv)
{
	become((char *const[]) { argv[MONITOR_ARG_CLEANUP], argv[MONITOR_ARG_ROOT],
				 argv[MONITOR_ARG_RUNROOT], argv[MONITOR_ARG_ID], NULL });
}

void next_become_keeper(char *const *argv)
{
	char word[] = "restart";

	become((char *const[]) { argv[MONITOR_ARG_KEEPER], word, argv[MONITOR_ARG_ROOT],
				 argv[MONITOR_ARG_RUNROOT], argv[MONITOR_ARG_ID], NULL });
}
