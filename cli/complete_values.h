/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMPLETE_VALUES_H
#define CLI_COMPLETE_VALUES_H

#include "cli/cmd.h"

/**
 * Appends the values of a kind that begin with @prefix, for `containr __complete`. What the shell
 * knows itself (files, folders) and what nobody can know gives none.
 *
 * Errors: those of reading the state.
 */
int complete_values(struct cmd_context *ctx, enum complete_kind kind, const char *prefix,
		    struct strv *values) MUST_CHECK;

#endif
