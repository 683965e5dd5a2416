/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_LOAD_H
#define CLI_IMAGE_LOAD_H

#include "cli/cmd.h"

int load_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
