/* SPDX-License-Identifier: MIT */
#ifndef CLI_ERROR_PRINT_H
#define CLI_ERROR_PRINT_H

#include "cli/cmd.h"

/**
 * Appends an error as people read it:
 *
 *	Error: [PERMISSION_DENIED] cannot create namespace: Operation not permitted
 *	Hint: run as root, or allow unprivileged user namespaces
 */
void error_write_text(const struct containr_error *err, bool color, struct str *out);

/** Appends {"error":{"code":NAME,"message":TEXT,"hint":TEXT,"errno":NUMBER}} and a newline. */
void error_write_json(const struct containr_error *err, struct str *out);

/**
 * Renders ctx->err to standard error by one write(2): as JSON when the command was asked for JSON,
 * else as text, coloured for a terminal unless NO_COLOR is set (no-color.org). With --log the error
 * goes to that file as well, in the form that runc gave it and engines read.
 */
void error_print(const struct cmd_context *ctx);

#endif
