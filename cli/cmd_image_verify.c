/* SPDX-License-Identifier: MIT */
#include "cli/cmd_image_verify.h"

#include "cli/commands.h"

static const struct opt verify_opts[] = {
	FLAG('r', "repair", struct image_verify_args, repair,
	     "make damaged layers again from their blobs, and fetch damaged blobs again"),
	FLAG(0, "tls-verify", struct image_verify_args, tls_verify, "when fetching, as of pull",
	     .preset = "true"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr image verify", "read everything once and tell what is damaged" },
	{ "containr image verify --repair debian:12", "and put it right" },
	{ 0 },
};

static const struct cmd_exit_note exit_notes[] = {
	{ "0", "all is well, or is so now" },
	{ "1", "something is damaged" },
	{ 0 },
};

const struct cmd cmd_image_verify = {
	.name = "verify",
	.operands = "[IMAGE...]",
	.summary = "hold images to their digests",
	.description =
		"Reads all blobs of the images, or of those that are named, and tells which are "
		"missing or not what they were. Layers that are mounted are held to their digest "
		"too; of unpacked ones it tells whether they are there.\n\nRepairing unpacks "
		"layers "
		"again from their blobs, which containers that run on them should not see, and "
		"fetches blobs of images that were pulled by the digest that they were pulled by. "
		"What was imported or committed here nobody else has.",
	.section = CMD_SECTION_IMAGES,
	.opts = verify_opts,
	.examples = examples,
	.exit_notes = exit_notes,
	.args_size = sizeof(struct image_verify_args),
	.max_operands = -1,
	.complete_first = COMPLETE_IMAGES,
	.complete_rest = COMPLETE_IMAGES,
	.room = "containr-image",
};
