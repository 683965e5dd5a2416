/* SPDX-License-Identifier: MIT */
#include "cli/cmd_snapshot.h"

#include <containr/snapshot.h>

#include "cli/commands.h"
#include "cli/each.h"

#define ROOM "containr-image"

static const struct opt create_opts[] = {
	STRINGS('l', "label", struct snapshot_create_args, labels, "KEY=VALUE", "set a label"),
	FLAG('p', "pause", struct snapshot_create_args, pause,
	     "freeze a running container meanwhile", .preset = "true"),
	END,
};

static const struct cmd_example create_examples[] = {
	{ "containr snapshot create web clean", "keep what a container has become" },
	{ "containr run --rm --snapshot clean ls /srv", "begin further containers with it" },
	{ 0 },
};

const struct cmd cmd_snapshot_create = {
	.name = "create",
	.operands = "CONTAINER NAME",
	.summary = "keep what a container has changed under a name",
	.description =
		"Copies the container's own files, never those of its image; what is mounted in it "
		"is left out. The snapshot stands on the image of the container, or on the "
		"snapshot "
		"that it was made of, and keeps these from being removed. Prints the name.",
	.section = CMD_SECTION_IMAGES,
	.opts = create_opts,
	.examples = create_examples,
	.args_size = sizeof(struct snapshot_create_args),
	.min_operands = 2,
	.max_operands = 2,
	.complete_first = COMPLETE_CONTAINERS,
	.room = ROOM,
};

static const struct opt export_opts[] = {
	STRING('o', "output", struct snapshot_export_args, output, "FILE",
	       "write to a file instead of standard output", .complete = COMPLETE_FILES),
	FLAG(0, "with-parents", struct snapshot_export_args, with_parents,
	     "also the layers of the snapshots below it"),
	END,
};

static const struct cmd_example export_examples[] = {
	{ "containr snapshot export clean -o clean.tar", "take a snapshot elsewhere" },
	{ "containr snapshot export --with-parents clean | ssh host containr snapshot import -",
	  "all at once, where its image is" },
	{ 0 },
};

const struct cmd cmd_snapshot_export = {
	.name = "export",
	.operands = "SNAPSHOT",
	.summary = "write a snapshot as a tar",
	.description =
		"The archive has the record of the snapshot and its layer, but not the image "
		"that it stands on. A layer that is not what it was is not written.",
	.section = CMD_SECTION_IMAGES,
	.opts = export_opts,
	.examples = export_examples,
	.args_size = sizeof(struct snapshot_export_args),
	.min_operands = 1,
	.max_operands = 1,
	.complete_first = COMPLETE_SNAPSHOTS,
	.room = ROOM,
};

const struct cmd cmd_snapshot_import = {
	.name = "import",
	.operands = "FILE|- [NAME]",
	.summary = "read a snapshot from a tar",
	.description =
		"Reads what containr snapshot export has written; - stands for standard input. The "
		"image that the snapshot stands on has to be here, and so have the layers of its "
		"parents that are not in the archive. Prints the name.",
	.section = CMD_SECTION_IMAGES,
	.min_operands = 1,
	.max_operands = 2,
	.complete_first = COMPLETE_FILES,
	.room = ROOM,
};

static const struct cmd_exit_note verify_notes[] = {
	{ "0", "all of them are whole" },
	{ "1", "something is wrong with one" },
	{ 0 },
};

const struct cmd cmd_snapshot_verify = {
	.name = "verify",
	.operands = "[SNAPSHOT...]",
	.summary = "hold snapshots to the digests of their layers",
	.description =
		"Reads all files of the snapshots, or of those that are named, and tells what "
		"is not as it was when they were made, or is missing.",
	.section = CMD_SECTION_IMAGES,
	.exit_notes = verify_notes,
	.max_operands = -1,
	.complete_first = COMPLETE_SNAPSHOTS,
	.complete_rest = COMPLETE_SNAPSHOTS,
	.room = ROOM,
};

const struct cmd cmd_snapshot_repair = {
	.name = "repair",
	.operands = "[SNAPSHOT...]",
	.summary = "put right what is wrong with snapshots, as far as that goes",
	.description = "A parent that has gone is replaced by what is below it, the index of a "
		       "mounted layer "
		       "is made again from its tar, and a layer that an image has too is unpacked "
		       "from that. "
		       "What cannot be put right is told: import such a snapshot again. Containers "
		       "that run "
		       "on a damaged layer should be stopped before.",
	.section = CMD_SECTION_IMAGES,
	.exit_notes = verify_notes,
	.max_operands = -1,
	.complete_first = COMPLETE_SNAPSHOTS,
	.complete_rest = COMPLETE_SNAPSHOTS,
	.room = ROOM,
};

struct remove_args {
	bool force;
};

static const struct opt remove_opts[] = {
	FLAG('f', "force", struct remove_args, force,
	     "also while containers or other snapshots stand on it; they keep its files"),
	END,
};

static int remove_one(struct cmd_context *ctx, struct containr *engine, const void *untyped,
		      const char *name)
{
	const struct remove_args *args = untyped;
	int r = containr_snapshot_remove(engine, name, args->force ? CONTAINR_SNAPSHOT_FORCE : 0,
					 ctx->err);

	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", name);
	return r;
}

static int run_remove(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, remove_one);
}

static const struct cmd cmd_snapshot_rm = {
	.name = "rm",
	.aliases = WORDS("remove"),
	.operands = "SNAPSHOT...",
	.summary = "remove snapshots",
	.description = "A snapshot on which a container or another snapshot stands is not removed.",
	.section = CMD_SECTION_IMAGES,
	.opts = remove_opts,
	.args_size = sizeof(struct remove_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_SNAPSHOTS,
	.complete_rest = COMPLETE_SNAPSHOTS,
	.run = run_remove,
};

/* Sorted by name; the tests hold every table to that. */
static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_snapshot_create },
	{ .cmd = &cmd_snapshot_diff },
	{ .cmd = &cmd_snapshot_export },
	{ .cmd = &cmd_snapshot_import },
	{ .cmd = &cmd_snapshot_inspect },
	{ .cmd = &cmd_snapshot_ls },
	{ .cmd = &cmd_snapshot_prune },
	{ .cmd = &cmd_snapshot_repair },
	{ .cmd = &cmd_snapshot_rm },
	{ .cmd = &cmd_snapshot_verify },
	{ 0 },
};

const struct cmd cmd_snapshot = {
	.name = "snapshot",
	.summary = "manage snapshots of containers",
	.section = CMD_SECTION_GROUPS,
	.commands = entries,
};
