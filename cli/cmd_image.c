/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

/* Sorted by name; the tests hold every table to that. */
static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_history },
	{ .cmd = &cmd_import },
	{ .cmd = &cmd_image_inspect },
	{ .cmd = &cmd_load },
	{ .cmd = &cmd_images, .name = "ls", .aliases = WORDS("list") },
	{ .cmd = &cmd_image_prune },
	{ .cmd = &cmd_pull },
	{ .cmd = &cmd_push },
	{ .cmd = &cmd_rmi, .name = "rm", .aliases = WORDS("remove") },
	{ .cmd = &cmd_save },
	{ .cmd = &cmd_tag },
	{ .cmd = &cmd_image_verify },
	{ 0 },
};

const struct cmd cmd_image = {
	.name = "image",
	.summary = "manage images",
	.section = CMD_SECTION_GROUPS,
	.commands = entries,
};
