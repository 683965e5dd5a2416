/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

/* Sorted by name; the tests hold every table to that. */
static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_system_df },
	{ .cmd = &cmd_events },
	{ .cmd = &cmd_info },
	{ .cmd = &cmd_system_prune },
	{ 0 },
};

const struct cmd cmd_system = {
	.name = "system",
	.summary = "look at the engine as a whole, and tidy up",
	.section = CMD_SECTION_GROUPS,
	.commands = entries,
};
