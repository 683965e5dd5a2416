/* SPDX-License-Identifier: MIT */
#include "base/path.h"
#include "cli/commands.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/*
 * Makes sure that 0, 1 and 2 are open: a file opened later would take the place of a closed one,
 * and output meant for the terminal would be written into it. No O_CLOEXEC: what runs later expects
 * them too.
 */
static int keep_standard_fds(void)
{
	struct pollfd fds[] = { { .fd = STDIN_FILENO },
				{ .fd = STDOUT_FILENO },
				{ .fd = STDERR_FILENO } };

	if (poll(fds, 3, 0) < 0)
		return -1;
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fds[fd].revents & POLLNVAL &&
		    open("/dev/null", O_RDWR) != fd) /* NOLINT: see above */
			return -1;
	return 0;
}

int main(int argc, char **argv, char **envp)
{
	const char *name = argc > 0 ? path_basename(argv[0]) : "";
	bool is_runtime = strcmp(name, program_runtime.name) == 0;

	if (keep_standard_fds() < 0)
		return 125;
	return cmd_dispatch(is_runtime ? &program_runtime : &program_containr, NULL, argc, argv,
			    envp);
}
