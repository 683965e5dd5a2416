/* SPDX-License-Identifier: MIT */
#include "cli/cmd_import.h"

#include "cli/commands.h"

static const struct opt import_opts[] = {
	STRINGS('c', "change", struct import_args, changes, "INSTRUCTION",
		"apply a Dockerfile instruction to the image, e.g. 'CMD [\"sh\"]'"),
	FLAG(0, "default", struct import_args, embedded,
	     "import the small image that containr carries with it"),
	STRING('m', "message", struct import_args, message, "TEXT",
	       "comment for the image's history"),
	STRING(0, "platform", struct import_args, platform, "OS/ARCH[/VARIANT]",
	       "what the image runs on; this machine where not given"),
	FLAG('q', "quiet", struct import_args, quiet, "show no progress"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr import rootfs.tar.zst debian:12", "make an image of an archive" },
	{ "containr import --change 'CMD [\"bash\"]' ./rootfs demo",
	  "make one of a folder and say what it runs" },
	{ "ssh host tar -cC / . | containr import - host:today", "read the archive from a pipe" },
	{ "containr import --default", "get busybox without a network" },
	{ 0 },
};

const struct cmd cmd_import = {
	.name = "import",
	.operands = "FILE|DIR|- NAME[:TAG]",
	.summary = "make an image of a tar archive or a folder",
	.description =
		"Reads a root file system and prints the id of the image made of it. The archive "
		"may be plain or compressed by gzip, zstd, xz or bzip2; - stands for standard "
		"input.\n\nThe image gets the name; an image that had it before keeps its id.",
	.section = CMD_SECTION_IMAGES,
	.opts = import_opts,
	.examples = examples,
	.args_size = sizeof(struct import_args),
	.min_operands = 0,
	.max_operands = 2,
	.complete_first = COMPLETE_FILES,
	.complete_rest = COMPLETE_IMAGES,
	.room = "containr-image",
};
