/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/snapshot.h>

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
		r = containr_snapshot_diff(engine, argv[0], argv[1], &changes, &count, ctx->err);
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
	{ "containr snapshot diff before after", "see what happened between two snapshots" },
	{ 0 },
};

const struct cmd cmd_snapshot_diff = {
	.name = "diff",
	.operands = "SNAPSHOT SNAPSHOT",
	.summary = "list the files in which two snapshots differ",
	.description = "Compares all files, those of the images included: A is what only the "
		       "second has, D "
		       "what only the first has, C what differs in content, owner, mode or time. A "
		       "folder is "
		       "changed when something in it is.",
	.section = CMD_SECTION_IMAGES,
	.examples = examples,
	.min_operands = 2,
	.max_operands = 2,
	.complete_first = COMPLETE_SNAPSHOTS,
	.complete_rest = COMPLETE_SNAPSHOTS,
	.run = run,
};
