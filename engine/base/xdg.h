/* SPDX-License-Identifier: MIT */
#ifndef BASE_XDG_H
#define BASE_XDG_H

#include "base/error.h"

/*
 * Where state lies when nobody says it: in the system's folders for root, in the user's own for
 * everybody else. XDG Base Directory Specification; file-hierarchy(7).
 */

/** "/var/lib/NAME", "$XDG_DATA_HOME/NAME" or "~/.local/share/NAME"; the caller's to free. */
int xdg_state_path(const char *name, char **ret_path, struct containr_error *err) MUST_CHECK;

/**
 * "/run/NAME", "$XDG_RUNTIME_DIR/NAME", "/run/user/UID/NAME", or as the last resort
 * "/tmp/NAME-UID", which is made here: an error if it is there and somebody else's.
 */
int xdg_runtime_path(const char *name, char **ret_path, struct containr_error *err) MUST_CHECK;

#endif
