/* SPDX-License-Identifier: MIT */
#include "cli/room.h"

#include "base/exe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ROOM_PATH_SIZE 4096

int room_exec(const char *room, const char *command, char *const *argv, char *const *envp,
	      struct containr_error *err)
{
	char path[ROOM_PATH_SIZE];
	size_t used;
	int result = exe_libexec(path, sizeof(path), err);

	if (result < 0)
		return result;
	used = strlen(path);
	if ((size_t)snprintf(path + used, sizeof(path) - used, "/%s", room) >= sizeof(path) - used)
		return fail(err, CONTAINR_E_IO, "the path of '%s' is too long", room);
	(void)execve(path, argv, envp);
	if (errno != ENOENT)
		return fail_sys(err, CONTAINR_E_IO, "cannot start '%s'", path);
	(void)fail(err, CONTAINR_E_UNSUPPORTED, "'%s' needs '%s', which is not installed", command,
		   path);
	return fail_hint(err, "install it there, or name its folder in CONTAINR_LIBEXEC");
}
