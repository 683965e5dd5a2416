/* SPDX-License-Identifier: MIT */
#include "cli/cmd_save.h"
#include "cli/commands.h"

static const struct opt load_opts[] = {
	STRING('i', "input", struct load_args, input, "FILE",
	       "read a file, or the folder of an OCI layout, instead of standard input",
	       .complete = COMPLETE_FILES),
	STRING(0, "platform", struct load_args, platform, "OS/ARCH[/VARIANT]",
	       "which image of several; that for this machine where not given"),
	FLAG('q', "quiet", struct load_args, quiet, "do not show how far it is"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr load -i app.tar.gz", "get the images of an archive" },
	{ "docker save app | containr load", "take an image over from docker" },
	{ 0 },
};

const struct cmd cmd_load = {
	.name = "load",
	.summary = "get images from an archive",
	.description =
		"Archives of containr save, docker, podman and skopeo are read: docker-archive and "
		"OCI layouts, compressed or not. Names that the archive has go over to its images. "
		"Every layer is checked against its digests.",
	.section = CMD_SECTION_IMAGES,
	.opts = load_opts,
	.examples = examples,
	.args_size = sizeof(struct load_args),
	.room = "containr-image",
};
