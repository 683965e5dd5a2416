/* SPDX-License-Identifier: MIT */
#ifndef CLI_REGISTRY_LOGIN_H
#define CLI_REGISTRY_LOGIN_H

#include "cli/cmd.h"

int login_run(struct cmd_context *ctx, const void *args, int argc, char **argv);
int logout_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
