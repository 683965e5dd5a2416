/* SPDX-License-Identifier: MIT */
#include "cli/cmd_pull.h"

#include "cli/commands.h"

const char *const progress_forms[] = {
	[PROGRESS_AUTO] = "auto", [PROGRESS_TTY] = "tty",   [PROGRESS_PLAIN] = "plain",
	[PROGRESS_JSON] = "json", [PROGRESS_NONE] = "none", NULL
};

static const struct opt pull_opts[] = {
	FLAG('a', "all-tags", struct pull_args, all_tags, "pull all images of this name"),
	STRING(0, "creds", struct pull_args, creds, "USER[:PASSWORD]",
	       "log in for this once; a login that is stored is used where this is not given"),
	STRING(0, "platform", struct pull_args, platform, "OS/ARCH[/VARIANT]",
	       "which image of several; that for this machine where not given"),
	CHOICE(0, "progress", struct pull_args, progress, "FORM", progress_forms,
	       "how to tell how far it is; auto is tty on a terminal, plain elsewhere",
	       .preset = "auto"),
	FLAG('q', "quiet", struct pull_args, quiet, "print the name alone"),
	FLAG(0, "tls-verify", struct pull_args, tls_verify,
	     "want https and a certificate to trust; registries on this machine need neither",
	     .preset = "true"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr pull debian:12", "get an image from Docker Hub" },
	{ "containr pull registry.example.com:5000/team/app@sha256:...", "get exactly this one" },
	{ "containr pull --platform linux/arm64 alpine", "get that for another machine" },
	{ 0 },
};

const struct cmd cmd_pull = {
	.name = "pull",
	.operands = "NAME[:TAG|@DIGEST]",
	.summary = "get an image from a registry",
	.description =
		"Nothing is fetched where the store has what the registry has. A pull that was "
		"interrupted goes on where it stopped, whenever it is started again. Every layer "
		"is checked against its digests before it is used.\n\nLogins are those of podman "
		"and docker.",
	.section = CMD_SECTION_IMAGES,
	.opts = pull_opts,
	.examples = examples,
	.args_size = sizeof(struct pull_args),
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_IMAGES,
	.room = "containr-registry",
};
