/* SPDX-License-Identifier: MIT */
#include "cli/cmd_save.h"

#include "cli/commands.h"

/* In the order of enum save_format. */
static const char *const formats[] = { "docker-archive", "oci-archive", "oci-dir", NULL };

static const struct opt save_opts[] = {
	CHOICE(0, "format", struct save_args, format, "FORMAT", formats,
	       "what to write; docker-archive is an OCI layout, too", .preset = "docker-archive"),
	STRING('o', "output", struct save_args, output, "FILE",
	       "write to a file, or a new folder for oci-dir, instead of standard output",
	       .complete = COMPLETE_FILES),
	FLAG('q', "quiet", struct save_args, quiet, "do not show how far it is"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr save -o app.tar app:1.2 app:1.3", "keep two images in one archive" },
	{ "containr save app | ssh host containr load", "copy an image to another host" },
	{ "containr save --format oci-dir -o layout app", "make a folder that skopeo reads" },
	{ 0 },
};

const struct cmd cmd_save = {
	.name = "save",
	.operands = "IMAGE [IMAGE...]",
	.summary = "write images to an archive",
	.description = "A name without a tag is all of its tags. docker, podman, skopeo and "
		       "containr load read the archive. Layers stay compressed as they are.",
	.section = CMD_SECTION_IMAGES,
	.opts = save_opts,
	.examples = examples,
	.args_size = sizeof(struct save_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_IMAGES,
	.complete_rest = COMPLETE_IMAGES,
	.room = "containr-image",
};
