/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

/* Sorted by name; the tests hold every table to that. */
static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_attach },
	{ .cmd = &cmd_commit },
	{ .cmd = &cmd_cp },
	{ .cmd = &cmd_create },
	{ .cmd = &cmd_diff },
	{ .cmd = &cmd_exec },
	{ .cmd = &cmd_export },
	{ .cmd = &cmd_container_inspect },
	{ .cmd = &cmd_kill },
	{ .cmd = &cmd_logs },
	{ .cmd = &cmd_ps, .name = "ls", .aliases = WORDS("list", "ps") },
	{ .cmd = &cmd_pause },
	{ .cmd = &cmd_container_prune },
	{ .cmd = &cmd_rename },
	{ .cmd = &cmd_restart },
	{ .cmd = &cmd_rm },
	{ .cmd = &cmd_run },
	{ .cmd = &cmd_start },
	{ .cmd = &cmd_stats },
	{ .cmd = &cmd_stop },
	{ .cmd = &cmd_top },
	{ .cmd = &cmd_unpause },
	{ .cmd = &cmd_update },
	{ .cmd = &cmd_wait },
	{ 0 },
};

const struct cmd cmd_container = {
	.name = "container",
	.summary = "manage containers",
	.section = CMD_SECTION_GROUPS,
	.commands = entries,
};
