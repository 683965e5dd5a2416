/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_VOLUME_ARCHIVE_H
#define CLI_IMAGE_VOLUME_ARCHIVE_H

#include "cli/cmd.h"

int volume_export_run(struct cmd_context *ctx, const void *args, int argc, char **argv);
int volume_import_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
