/* SPDX-License-Identifier: MIT */
#include "cli/cmd_commit.h"

#include "cli/commands.h"

static const struct opt commit_opts[] = {
	STRING('a', "author", struct commit_args, author, "TEXT", "who made the image"),
	STRINGS('c', "change", struct commit_args, changes, "INSTRUCTION",
		"apply a Dockerfile instruction to the image, e.g. 'CMD [\"sh\"]'"),
	STRING('m', "message", struct commit_args, message, "TEXT",
	       "comment for the image's history"),
	FLAG('p', "pause", struct commit_args, pause, "freeze a running container meanwhile",
	     .preset = "true"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr commit web web:configured", "make an image of what a container has become" },
	{ "containr commit -c 'CMD [\"httpd\"]' box httpd:1", "and say what it runs" },
	{ 0 },
};

const struct cmd cmd_commit = {
	.name = "commit",
	.operands = "CONTAINER [NAME[:TAG]]",
	.summary = "make an image of a container",
	.description =
		"The image is that of the container with one more layer, which has all that the "
		"container has changed; what is mounted in it is left out. It runs what the "
		"container runs, in the same environment. Prints the id of the image.",
	.section = CMD_SECTION_CONTAINERS,
	.opts = commit_opts,
	.examples = examples,
	.args_size = sizeof(struct commit_args),
	.min_operands = 1,
	.max_operands = 2,
	.complete_first = COMPLETE_CONTAINERS,
	.complete_rest = COMPLETE_IMAGES,
	.room = "containr-image",
};
