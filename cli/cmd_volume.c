/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/volume.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/each.h"

struct create_args {
	const char *driver;
	struct strv labels;
	struct strv options;
};

static const struct opt create_opts[] = {
	STRING('d', "driver", struct create_args, driver, "NAME", "kind of volume; only local",
	       .preset = "local"),
	STRINGS(0, "label", struct create_args, labels, "KEY=VALUE", "set a label"),
	STRINGS('o', "opt", struct create_args, options, "KEY=VALUE",
		"type=tmpfs, or o=bind with device=/PATH"),
	END,
};

static int run_create(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct create_args *args = untyped;
	const struct containr_volume_spec spec = {
		.name = argc > 0 ? argv[0] : NULL,
		.driver = args->driver,
		.labels = (const char *const *)args->labels.items,
		.options = (const char *const *)args->options.items,
	};
	struct containr_volume *volume = NULL;
	autoengine *engine = NULL;
	int r = engine_open(ctx, &engine);

	if (r == 0)
		r = containr_volume_create(engine, &spec, &volume, ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", volume->name);
	containr_volume_free(volume);
	return r;
}

static const struct cmd_example create_examples[] = {
	{ "containr volume create data", "create a volume" },
	{ "containr volume create -o type=tmpfs -o o=size=64m fast", "a tmpfs in each container" },
	{ 0 },
};

static const struct cmd cmd_volume_create = {
	.name = "create",
	.operands = "[NAME]",
	.summary = "create a volume",
	.description = "Prints the name of the volume, one that is made up where none is given. A "
		       "volume of that name that exists is left as it is.",
	.section = CMD_SECTION_SYSTEM,
	.opts = create_opts,
	.examples = create_examples,
	.args_size = sizeof(struct create_args),
	.max_operands = 1,
	.run = run_create,
};

struct remove_args {
	bool force;
};

static const struct opt remove_opts[] = {
	FLAG('f', "force", struct remove_args, force, "one that does not exist is fine"),
	END,
};

static int remove_one(struct cmd_context *ctx, struct containr *engine, const void *untyped,
		      const char *name)
{
	const struct remove_args *args = untyped;
	int r = containr_volume_remove(engine, name, ctx->err);

	if (r == -CONTAINR_E_VOLUME_NOT_FOUND && args->force)
		return 0;
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", name);
	return r;
}

static int run_remove(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	(void)argc;
	return each_operand(ctx, args, argv, remove_one);
}

static const struct cmd cmd_volume_rm = {
	.name = "rm",
	.aliases = WORDS("remove"),
	.operands = "VOLUME...",
	.summary = "remove volumes with their content",
	.description = "A volume that a container mounts, running or not, is not removed.",
	.section = CMD_SECTION_SYSTEM,
	.opts = remove_opts,
	.args_size = sizeof(struct remove_args),
	.min_operands = 1,
	.max_operands = -1,
	.complete_first = COMPLETE_VOLUMES,
	.complete_rest = COMPLETE_VOLUMES,
	.run = run_remove,
};

/* Sorted by name; the tests hold every table to that. */
static const struct cmd_entry entries[] = {
	{ .cmd = &cmd_volume_create }, { .cmd = &cmd_volume_export },
	{ .cmd = &cmd_volume_import }, { .cmd = &cmd_volume_inspect },
	{ .cmd = &cmd_volume_ls },     { .cmd = &cmd_volume_prune },
	{ .cmd = &cmd_volume_rm },     { 0 },
};

const struct cmd cmd_volume = {
	.name = "volume",
	.summary = "manage volumes",
	.section = CMD_SECTION_GROUPS,
	.commands = entries,
};
