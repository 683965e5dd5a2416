/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/completion.h"

#include <string.h>

struct shell {
	const char *name;
	void (*write)(struct str *out, const struct cmd *program);
};

static const struct shell shells[] = {
	{ "bash", completion_write_bash },
	{ "fish", completion_write_fish },
	{ "zsh", completion_write_zsh },
	{ 0 },
};

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autostr out = STR_INIT;

	(void)args;
	(void)argc;
	for (const struct shell *shell = shells; shell->name; shell++) {
		if (strcmp(shell->name, argv[0]) != 0)
			continue;
		shell->write(&out, ctx->program);
		return cmd_print(ctx, &out);
	}
	(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "there is no completion for '%s'",
		   argv[0]);
	return fail_hint(ctx->err, "use bash, fish or zsh");
}

static const struct cmd_example examples[] = {
	{ "source <(@program@ completion bash)", "complete in this bash" },
	{ "@program@ completion fish > ~/.config/fish/completions/@program@.fish",
	  "complete in every fish" },
	{ "@program@ completion zsh > \"${fpath[1]}/_@program@\"", "complete in every zsh" },
	{ 0 },
};

const struct cmd cmd_completion = {
	.name = "completion",
	.operands = "bash|fish|zsh",
	.summary = "print a completion script for a shell",
	.section = CMD_SECTION_SYSTEM,
	.examples = examples,
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_SHELLS,
	.run = run,
};
