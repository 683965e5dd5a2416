/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/printable.h"

static int run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	struct containr_change *changes = NULL;
	size_t count = 0;
	int r = engine_open(ctx, &engine);

	(void)args;
	(void)argc;
	if (r == 0)
		r = containr_changes(engine, argv[0], &changes, &count, ctx->err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < count; i++) {
		str_appendf(&out, "%c ", (char)changes[i].kind);
		printable_append(&out, changes[i].path);
		str_append_char(&out, '\n');
	}
	containr_changes_free(changes, count);
	return cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr diff web", "see which files a container has written" },
	{ 0 },
};

const struct cmd cmd_diff = {
	.name = "diff",
	.operands = "CONTAINER",
	.summary = "list the files that a container has changed",
	.description =
		"Compares a container, running or not, with its image: A is added, C changed, D "
		"deleted. A folder is changed when something in it is. What is mounted in the "
		"container does not count.",
	.section = CMD_SECTION_CONTAINERS,
	.examples = examples,
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_CONTAINERS,
	.run = run,
};
