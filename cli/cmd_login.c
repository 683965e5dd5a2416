/* SPDX-License-Identifier: MIT */
#include "cli/cmd_pull.h"
#include "cli/commands.h"

static const struct opt login_opts[] = {
	STRING('p', "password", struct login_args, password, "PASSWORD",
	       "the password; others on this machine can read it there: better --password-stdin"),
	FLAG(0, "password-stdin", struct login_args, password_stdin,
	     "read the password from standard input"),
	FLAG(0, "tls-verify", struct login_args, tls_verify,
	     "want https and a certificate to trust; registries on this machine need neither",
	     .preset = "true"),
	STRING('u', "username", struct login_args, user, "NAME", "who logs in"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr login -u me registry.example.com", "asks for the password" },
	{ "pass registry | containr login -u me --password-stdin", "log in to Docker Hub" },
	{ 0 },
};

const struct cmd cmd_login = {
	.name = "login",
	.operands = "[REGISTRY]",
	.summary = "log in to a registry",
	.description =
		"Tries the login and stores it where podman and docker look, too: in "
		"$REGISTRY_AUTH_FILE, or containers/auth.json below $XDG_RUNTIME_DIR, or with the "
		"credential helper that is configured. The registry is docker.io where none is "
		"given.",
	.section = CMD_SECTION_IMAGES,
	.opts = login_opts,
	.examples = examples,
	.args_size = sizeof(struct login_args),
	.min_operands = 0,
	.max_operands = 1,
	.room = "containr-registry",
};
