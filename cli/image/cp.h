/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_CP_H
#define CLI_IMAGE_CP_H

#include "cli/cmd.h"

/** Runs `containr cp`. */
cmd_run_function cp_run;

#endif
