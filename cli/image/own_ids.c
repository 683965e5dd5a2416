/* SPDX-License-Identifier: MIT */
#include "cli/image/own_ids.h"

#include "base/cleanup.h"
#include "base/xdg.h"
#include "kernel/userns.h"

#include <stdlib.h>

/* The folder stays that of the user who is about to look like root. */
static int pin_folder(const char *variable,
		      int (*usual)(const char *name, char **ret_path, struct containr_error *err),
		      struct containr_error *err)
{
	autofree char *path = NULL;
	const char *given = getenv(variable);
	int r;

	if (given && *given)
		return 0;
	r = usual("containr", &path, err);
	if (r == 0 && setenv(variable, path, 1) < 0)
		r = fail_oom(err);
	return r;
}

int own_ids_enter(struct containr_error *err)
{
	int r = 0;

	if (!userns_is_rootless())
		return 0;
	r = pin_folder("CONTAINR_ROOT", xdg_state_path, err);
	if (r == 0)
		r = pin_folder("CONTAINR_RUNROOT", xdg_runtime_path, err);
	return r < 0 ? r : userns_enter(err);
}
