/* SPDX-License-Identifier: MIT */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cmd.h"

/* Help texts, printed from the records in docker's layout. */

/**
 * Appends the help of a program, group or command.
 *
 * @program: the root record, for the other names of the command
 * @path:    how it was called, e.g. "containr container ls"
 * @width:   columns to wrap at
 */
void help_write(struct str *out, const struct cmd *program, const struct cmd *cmd, const char *path,
		size_t width);

/** Prints the help of ctx->cmd, as wide as the terminal (80 columns where there is none). */
int help_print(struct cmd_context *ctx) MUST_CHECK;

/** Appends the command's line of use, e.g. "containr run [OPTIONS] IMAGE [COMMAND...]". */
void help_write_usage(struct str *out, const struct cmd *cmd, const char *path);

/** Appends an example's line; "@program@" in it stands for the program's name, as some records
 * belong to two programs. */
void help_write_example(struct str *out, const char *line, const struct cmd *program);

/** Returns the title of a section of the program's help. */
const char *help_section_title(enum cmd_section section);

#define HELP_SECTION_COUNT (CMD_SECTION_GROUPS + 1)

/** Whether the command has an option that is shown. */
bool help_has_opts(const struct cmd *cmd);

#endif
