/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_IMPORT_H
#define CLI_IMAGE_IMPORT_H

#include "cli/cmd.h"

/** Runs `containr import`. */
cmd_run_function import_run;

#endif
