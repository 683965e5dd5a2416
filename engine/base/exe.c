/* SPDX-License-Identifier: MIT */
#include "base/exe.h"

#include "base/str.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LIBEXEC "/libexec/containr"

static int fail_long(struct containr_error *err)
{
	return fail(err, CONTAINR_E_IO, "the path of the executable is too long");
}

int exe_path(char *ret_path, size_t size, struct containr_error *err)
{
	const char *known = getenv(EXE_VARIABLE);
	ssize_t len;

	if (known && *known) {
		if ((size_t)snprintf(ret_path, size, "%s", known) >= size)
			return fail_long(err);
		return 0;
	}
	len = readlink("/proc/self/exe", ret_path, size);
	if (len < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot read '/proc/self/exe'");
	if ((size_t)len >= size)
		return fail_long(err);
	ret_path[len] = '\0';
	return 0;
}

/* Cuts the last part off @path; false when nothing would be left. */
static bool cut_last_part(char *path)
{
	char *slash = strrchr(path, '/');

	if (!slash)
		return false;
	*slash = '\0';
	return true;
}

int exe_libexec(char *ret_path, size_t size, struct containr_error *err)
{
	const char *given = getenv("CONTAINR_LIBEXEC");
	int r;

	if (given && *given) {
		if ((size_t)snprintf(ret_path, size, "%s", given) >= size)
			return fail_long(err);
		return 0;
	}
	r = exe_path(ret_path, size, err);
	if (r < 0)
		return r;
	if (cut_last_part(ret_path) && str_ends_with(ret_path, LIBEXEC))
		return 0;
	if (!cut_last_part(ret_path))
		return fail(err, CONTAINR_E_IO, "cannot tell the folder of this executable");
	if (strlen(ret_path) + sizeof(LIBEXEC) > size)
		return fail_long(err);
	memcpy(ret_path + strlen(ret_path), LIBEXEC, sizeof(LIBEXEC));
	return 0;
}
