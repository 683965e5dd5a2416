/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_VERIFY_H
#define CLI_IMAGE_VERIFY_H

#include "cli/cmd.h"

int image_verify_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
