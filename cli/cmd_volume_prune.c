/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"

#include <containr/volume.h>

#include "base/cleanup.h"
#include "cli/engine.h"
#include "cli/filter.h"
#include "cli/volume_json.h"

struct prune_args {
	struct strv filters;
	bool all;
	bool force;
};

static const struct opt prune_opts[] = {
	FLAG('a', "all", struct prune_args, all, "also those that have a name"),
	STRINGS(0, "filter", struct prune_args, filters, "KEY=VALUE", "only those with this label"),
	FLAG('f', "force", struct prune_args, force, "do not ask; it never does"),
	END,
};

/* One that a container mounts is not meant; who else removes it at the same time is no error. */
static int prune_one(struct cmd_context *ctx, struct containr *engine, const char *name,
		     struct str *out)
{
	int r = containr_volume_remove(engine, name, ctx->err);

	if (r == 0)
		str_appendf(out, "%s\n", name);
	if (r != -CONTAINR_E_VOLUME_IN_USE && r != -CONTAINR_E_VOLUME_NOT_FOUND)
		return r;
	return 0;
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	static const char *const keys[] = { "label", NULL };
	const struct prune_args *args = untyped;
	autovolumelist list = { 0 };
	autoengine *engine = NULL;
	autostr out = STR_INIT;
	int r = filter_check(&args->filters, keys, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = containr_volume_list(engine, &list.items, &list.count, ctx->err);
	for (size_t i = 0; i < list.count && r == 0; i++) {
		const struct containr_volume *volume = list.items[i];

		if ((args->all || volume->is_anonymous) &&
		    filter_passes_labels(&args->filters, volume->labels))
			r = prune_one(ctx, engine, volume->name, &out);
	}
	return r < 0 ? r : cmd_print(ctx, &out);
}

static const struct cmd_example examples[] = {
	{ "containr volume prune", "remove what containers left behind" },
	{ "containr volume prune --all --filter label=scratch", "also by name, of one label" },
	{ 0 },
};

const struct cmd cmd_volume_prune = {
	.name = "prune",
	.summary = "remove volumes that no container mounts",
	.description = "Removes anonymous volumes, and prints their names.",
	.section = CMD_SECTION_SYSTEM,
	.opts = prune_opts,
	.examples = examples,
	.args_size = sizeof(struct prune_args),
	.run = run,
};
