/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_SNAPSHOT_H
#define CLI_IMAGE_SNAPSHOT_H

#include "cli/cmd.h"

int snapshot_create_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

/* snapshot_archive.c */
int snapshot_export_run(struct cmd_context *ctx, const void *args, int argc, char **argv);
int snapshot_import_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

/* snapshot_check.c */
int snapshot_verify_run(struct cmd_context *ctx, const void *args, int argc, char **argv);
int snapshot_repair_run(struct cmd_context *ctx, const void *args, int argc, char **argv);

#endif
