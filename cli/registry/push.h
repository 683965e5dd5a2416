/* SPDX-License-Identifier: MIT */
#ifndef CLI_REGISTRY_PUSH_H
#define CLI_REGISTRY_PUSH_H

#include "cli/cmd.h"

int push_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
