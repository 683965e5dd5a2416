/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMPLETION_H
#define CLI_COMPLETION_H

#include "cli/cmd_tree.h"

/*
 * Completion scripts. A script holds what the records know (commands, options, fixed words); values
 * that change, such as names of containers, it asks for: `containr __complete KIND PREFIX`. Options
 * before the command are handed on to that call, so that --root leads to the right names.
 */

void completion_write_bash(struct str *out, const struct cmd *program);
void completion_write_fish(struct str *out, const struct cmd *program);
void completion_write_zsh(struct str *out, const struct cmd *program);

/* For the three writers. */

/**
 * Appends a script of the folder shell/ up to its line "@facts@", with "@program@", "@id@" (the
 * program's name made fit for the name of a shell function) and "@version@" filled in. Returns what
 * follows that line, NULL when there is none.
 */
const char *completion_fill(struct str *out, const char *script, const struct cmd *program);

/** Appends @text with '-' and ' ' made '_', for the name of a shell function. */
void completion_write_id(struct str *out, const char *text);

/** Appends @text in single quotes; a quote in it is written as @quote, e.g. "'\\''". */
void completion_quote(struct str *out, const char *text, const char *quote);

/**
 * Appends every way to write the place of a record, each quoted, with @separator between them:
 * 'containr ps'|'containr container ls'. Hidden commands have places too.
 */
void completion_write_places(struct str *out, const struct cmd *program, const struct cmd *cmd,
			     const char *separator);

/** Appends what stands for an option's value: "@text,json" for fixed words, else the kind. */
void completion_write_kind(struct str *out, const struct opt *opt);

/** Whether the table has an option of its own for --help. */
bool completion_has_help(const struct cmd *cmd);

#endif
