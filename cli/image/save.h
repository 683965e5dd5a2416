/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_SAVE_H
#define CLI_IMAGE_SAVE_H

#include "cli/cmd.h"

int save_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
