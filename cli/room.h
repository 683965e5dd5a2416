/* SPDX-License-Identifier: MIT */
#ifndef CLI_ROOM_H
#define CLI_ROOM_H

#include "base/error.h"

/*
 * Rooms are the executables in libexec/containr that run the commands which need more libraries
 * than the front door has. They are found by folder (base/exe.h), never on PATH.
 */

/**
 * Becomes the executable @room with the same arguments; returns only on failure.
 *
 * @command: for the message, e.g. "containr pull"
 * Errors: UNSUPPORTED when it is not installed, IO.
 */
int room_exec(const char *room, const char *command, char *const *argv, char *const *envp,
	      struct containr_error *err) MUST_CHECK;

#endif
