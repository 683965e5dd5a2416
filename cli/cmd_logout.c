/* SPDX-License-Identifier: MIT */
#include "cli/cmd_pull.h"
#include "cli/commands.h"

static const struct opt logout_opts[] = {
	FLAG('a', "all", struct logout_args, all, "forget all logins"),
	END,
};

static const struct cmd_example examples[] = {
	{ "containr logout registry.example.com", "forget the login there" },
	{ 0 },
};

const struct cmd cmd_logout = {
	.name = "logout",
	.operands = "[REGISTRY]",
	.summary = "forget the login to a registry",
	.description = "The registry is docker.io where none is given.",
	.section = CMD_SECTION_IMAGES,
	.opts = logout_opts,
	.examples = examples,
	.args_size = sizeof(struct logout_args),
	.min_operands = 0,
	.max_operands = 1,
	.room = "containr-registry",
};
