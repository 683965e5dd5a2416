/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_EXPORT_H
#define CLI_IMAGE_EXPORT_H

#include "cli/cmd.h"

/** Runs `containr export`. */
cmd_run_function export_run;

#endif
