/* SPDX-License-Identifier: MIT */
#ifndef CLI_PULL_MISSING_H
#define CLI_PULL_MISSING_H

#include "cli/cmd.h"
#include "cli/run_opts.h"

/*
 * `run` and `create` of an image that is not there: another process fetches it. What speaks to
 * registries stays out of the one that holds rights over containers.
 */

/** Fetches the image where --pull always asks for it. Returns as pull_missing(). */
int pull_always(struct cmd_context *ctx, const struct run_args *args, const char *image);

/**
 * Fetches the image if @result says that it is missing and --pull lets us.
 *
 * Returns 0 when it is there now; otherwise @result, or the exit status of the process that has said
 * why it could not.
 */
int pull_missing(struct cmd_context *ctx, const struct run_args *args, const char *image,
		 int result);

#endif
