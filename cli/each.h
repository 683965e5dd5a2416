/* SPDX-License-Identifier: MIT */
#ifndef CLI_EACH_H
#define CLI_EACH_H

#include <containr/containr.h>

#include "cli/cmd.h"

/**
 * Does one thing to one operand; may write to ctx->out.
 *
 * @args: of the command
 */
typedef int each_function(struct cmd_context *ctx, struct containr *engine, const void *args,
			  const char *operand);

/**
 * Opens the engine and calls @function for each operand in turn. One that fails does not keep the
 * others: each failure gets its message at once.
 *
 * Returns the exit status, that of the last failure; -code if the engine cannot be opened.
 */
int each_operand(struct cmd_context *ctx, const void *args, char *const *operands,
		 each_function *function) MUST_CHECK;

#endif
