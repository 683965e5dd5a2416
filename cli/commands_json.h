/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMMANDS_JSON_H
#define CLI_COMMANDS_JSON_H

#include "cli/cmd.h"

/**
 * Appends the tree of commands as one JSON object, for documentation and tests: every record with
 * its options at its home; other places of it have "same_as".
 */
void commands_write_json(struct str *out, const struct cmd *program);

#endif
