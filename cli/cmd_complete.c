/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include "cli/complete_values.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const char *prefix = argc > 1 ? argv[1] : "";
	autostrv values = { 0 };
	autostr out = STR_INIT;
	enum complete_kind kind;
	int result;

	(void)args;
	if (!complete_kind_parse(argv[0], &kind))
		return fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
			    "'%s' is not a kind of value to complete", argv[0]);
	result = complete_values(ctx, kind, prefix, &values);
	if (result < 0)
		return result;
	for (size_t i = 0; i < values.len; i++)
		str_appendf(&out, "%s\n", values.items[i]);
	return cmd_print(ctx, &out);
}

const struct cmd cmd_complete = {
	.name = "__complete",
	.operands = "KIND [PREFIX]",
	.summary = "print the values that completion scripts offer",
	.section = CMD_SECTION_SYSTEM,
	.min_operands = 1,
	.max_operands = 2,
	.hidden = true,
	.run = run,
};
