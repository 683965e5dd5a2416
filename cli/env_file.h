/* SPDX-License-Identifier: MIT */
#ifndef CLI_ENV_FILE_H
#define CLI_ENV_FILE_H

#include "base/str.h"

/**
 * Appends the lines of a file of --env-file or --label-file: KEY=VALUE or KEY. Empty lines and
 * those that begin with "#" are left out; blanks before a key are not part of it, quotes are part
 * of a value, as docker has it.
 *
 * @option: named in errors, "--env-file"
 * Errors: INVALID_ARGUMENT naming file and line; IO.
 */
int env_file_read(const char *path, const char *option, struct strv *list,
		  struct containr_error *err) MUST_CHECK;

#endif
