/* SPDX-License-Identifier: MIT */
#include "cli/cmd_push.h"

#include "cli/cmd_pull.h"
#include "cli/commands.h"

/* In the order of enum push_compression. */
static const char *const compressions[] = { "auto", "gzip", "zstd", NULL };

static const struct opt push_opts[] = {
	FLAG('a', "all-tags", struct push_args, all_tags, "push all images of this name"),
	CHOICE(0, "compression-format", struct push_args, compression, "FORMAT", compressions,
	       "how layers are compressed; auto leaves them as they are, and makes gzip of those "
	       "that are not compressed",
	       .preset = "auto"),
	STRING(0, "creds", struct push_args, creds, "USER[:PASSWORD]",
	       "log in for this once; a login that is stored is used where this is not given"),
	STRING(0, "digestfile", struct push_args, digest_file, "FILE",
	       "write the digest of what was pushed to a file", .complete = COMPLETE_FILES),
	CHOICE(0, "progress", struct push_args, progress, "FORM", progress_forms,
	       "how to tell how far it is; auto is tty on a terminal, plain elsewhere",
	       .preset = "auto"),
	FLAG('q', "quiet", struct push_args, quiet, "print the name alone"),
	FLAG(0, "tls-verify", struct push_args, tls_verify,
	     "want https and a certificate to trust; registries on this machine need neither",
	     .preset = "true"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr push registry.example.com/team/app:1.2", "send the image of that name" },
	{ "containr push app:latest registry.example.com/team/app:1.2",
	  "send an image under another name" },
	{ "containr push --all-tags registry.example.com/team/app", "send all versions of it" },
	{ 0 },
};

const struct cmd cmd_push = {
	.name = "push",
	.operands = "NAME[:TAG] [DESTINATION]",
	.summary = "send an image to a registry",
	.description =
		"Only what the registry does not have is sent; what another repository of it has "
		"is taken from there. A connection that breaks off is taken up where it ended.\n\n"
		"Logins are those of podman and docker.",
	.section = CMD_SECTION_IMAGES,
	.opts = push_opts,
	.examples = examples,
	.args_size = sizeof(struct push_args),
	.min_operands = 1,
	.max_operands = 2,
	.complete_first = COMPLETE_IMAGES,
	.room = "containr-registry",
};
