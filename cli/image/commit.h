/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_COMMIT_H
#define CLI_IMAGE_COMMIT_H

#include "cli/cmd.h"

/** Runs `containr commit`. */
cmd_run_function commit_run;

#endif
