/* SPDX-License-Identifier: MIT */
#include "cli/image/output.h"

#include <fcntl.h>
#include <unistd.h>

int output_open(const char *path, int *ret_fd, struct containr_error *err)
{
	int fd;

	if (!path && isatty(STDOUT_FILENO)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "standard output is a terminal, which an archive would upset");
		return fail_hint(err, "use --output FILE, or a pipe");
	}
	fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
		  : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s'",
				path ? path : "standard output");
	*ret_fd = fd;
	return 0;
}
