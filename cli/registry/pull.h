/* SPDX-License-Identifier: MIT */
#ifndef CLI_REGISTRY_PULL_H
#define CLI_REGISTRY_PULL_H

#include "cli/cmd.h"

int pull_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
