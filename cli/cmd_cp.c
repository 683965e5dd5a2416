/* SPDX-License-Identifier: MIT */
#include "cli/cmd_cp.h"

#include "cli/commands.h"

static const struct opt cp_opts[] = {
	FLAG('a', "archive", struct cp_args, archive, "keep the owners of the files"),
	FLAG('L', "follow-link", struct cp_args, follow_link,
	     "copy what a link leads to, where the link itself is what is named"),
	FLAG('q', "quiet", struct cp_args, quiet, "show no progress; it never does"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr cp web:/etc/nginx/nginx.conf .", "get a file out of a container" },
	{ "containr cp ./site/. web:/srv/www", "put what is in a folder into one of a container" },
	{ "tar -cC site . | containr cp - web:/srv/www", "the same by way of a pipe" },
	{ 0 },
};

const struct cmd cmd_cp = {
	.name = "cp",
	.operands = "CONTAINER:PATH PATH|-   or   PATH|- CONTAINER:PATH",
	.summary = "copy files between a container and the host",
	.description =
		"The container may run or not; its paths begin at its root. A folder is copied "
		"with its name into one that exists, and under the new name elsewhere; of FOLDER/. "
		"only the content is copied. - stands for a tar archive on standard input or "
		"output.\n\nWhat comes into a container belongs to its root, what comes out of it "
		"to "
		"you.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = cp_opts,
	.examples = examples,
	.args_size = sizeof(struct cp_args),
	.min_operands = 2,
	.max_operands = 2,
	.complete_first = COMPLETE_FILES,
	.complete_rest = COMPLETE_FILES,
	.room = "containr-image",
};
