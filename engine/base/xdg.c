/* SPDX-License-Identifier: MIT */
#include "base/xdg.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Only an absolute path counts, as the specification has it. */
static const char *absolute(const char *variable)
{
	const char *value = getenv(variable);

	return value && value[0] == '/' ? value : NULL;
}

static int join(const char *folder, const char *between, const char *name, char **ret_path,
		struct containr_error *err)
{
	char *path = NULL;

	if (asprintf(&path, "%s%s%s", folder, between, name) < 0)
		return fail_oom(err);
	*ret_path = path;
	return 0;
}

int xdg_state_path(const char *name, char **ret_path, struct containr_error *err)
{
	if (geteuid() == 0)
		return join("/var/lib", "/", name, ret_path, err);
	if (absolute("XDG_DATA_HOME"))
		return join(absolute("XDG_DATA_HOME"), "/", name, ret_path, err);
	if (absolute("HOME"))
		return join(absolute("HOME"), "/.local/share/", name, ret_path, err);
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "there is no home folder to keep state in");
	return fail_hint(err, "set HOME, or give --root");
}

static bool is_own_folder(const char *path)
{
	struct stat info;

	return lstat(path, &info) == 0 && S_ISDIR(info.st_mode) && info.st_uid == geteuid() &&
	       (info.st_mode & 077) == 0;
}

/* Everybody may write to /tmp: who came first could read and change what lies in his folder. */
static int make_in_tmp(const char *name, char **ret_path, struct containr_error *err)
{
	autofree char *path = NULL;

	if (asprintf(&path, "/tmp/%s-%u", name, geteuid()) < 0) {
		path = NULL;
		return fail_oom(err);
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s'", path);
	if (!is_own_folder(path)) {
		(void)fail(err, CONTAINR_E_PERMISSION_DENIED,
			   "'%s' is not a folder that only you can use", path);
		return fail_hint(err, "set XDG_RUNTIME_DIR, or give --runroot");
	}
	*ret_path = steal_ptr(&path);
	return 0;
}

int xdg_runtime_path(const char *name, char **ret_path, struct containr_error *err)
{
	char user[40];

	if (geteuid() == 0)
		return join("/run", "/", name, ret_path, err);
	if (absolute("XDG_RUNTIME_DIR"))
		return join(absolute("XDG_RUNTIME_DIR"), "/", name, ret_path, err);
	(void)snprintf(user, sizeof(user), "/run/user/%u", geteuid());
	if (is_own_folder(user))
		return join(user, "/", name, ret_path, err);
	return make_in_tmp(name, ret_path, err);
}
