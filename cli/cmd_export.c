/* SPDX-License-Identifier: MIT */
#include "cli/cmd_export.h"

#include "cli/commands.h"

static const struct opt export_opts[] = {
	STRING('o', "output", struct export_args, output, "FILE",
	       "write to a file instead of standard output", .complete = COMPLETE_FILES),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr export -o web.tar web", "keep the files of a container" },
	{ "containr export web | containr import - web:flat",
	  "make an image of one layer of them" },
	{ 0 },
};

const struct cmd cmd_export = {
	.name = "export",
	.operands = "CONTAINER",
	.summary = "write the files of a container as a tar archive",
	.description = "The container may run. Volumes and other mounts are left out.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = export_opts,
	.examples = examples,
	.args_size = sizeof(struct export_args),
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_CONTAINERS,
	.room = "containr-image",
};
