/* SPDX-License-Identifier: MIT */
#include "cli/image/snapshot.h"

#include "base/cleanup.h"
#include "cli/cmd_snapshot.h"
#include "cli/image/frozen.h"
#include "image/archive/snapshot_commit.h"

#include <string.h>

/* What create() needs beside the container. */
struct wanted {
	const struct snapshot_create_args *args;
	const char *name;
};

static int check_labels(const struct strv *labels, struct containr_error *err)
{
	for (size_t i = 0; i < labels->len; i++)
		if (!*labels->items[i] || *labels->items[i] == '=')
			return fail(err, CONTAINR_E_INVALID_ARGUMENT,
				    "--label: '%s' is not KEY=VALUE", labels->items[i]);
	return 0;
}

/* A key has one value, the last that was given. */
static void take_labels(const struct strv *labels, struct strv *ret_labels)
{
	for (size_t i = 0; i < labels->len; i++) {
		const size_t len = strcspn(labels->items[i], "=");
		bool is_last = true;

		for (size_t k = i + 1; k < labels->len; k++)
			is_last =
				is_last && (strncmp(labels->items[k], labels->items[i], len) != 0 ||
					    strcspn(labels->items[k], "=") != len);
		if (is_last)
			strv_pushf(ret_labels, "%s%s", labels->items[i],
				   labels->items[i][len] ? "" : "=");
	}
}

static int create(struct cmd_context *ctx, struct containr *engine, const struct json *inspected,
		  const void *untyped)
{
	const struct wanted *wanted = untyped;
	autostrv lower = { 0 };
	autostrv labels = { 0 };
	autofree char *upper = NULL;
	struct snapshot_spec spec = { .name = wanted->name,
				      .parent = frozen_text(inspected, "Snapshot"),
				      .image = frozen_text(inspected, "ImageName"),
				      .image_id = frozen_text(inspected, "Image") };
	int r;

	if (!*spec.image_id)
		return fail(ctx->err, CONTAINR_E_UNSUPPORTED,
			    "container '%s' is made of a bundle, which has no layers",
			    frozen_text(inspected, "Name"));
	if (asprintf(&upper, "containers/%s/upper", frozen_text(inspected, "Id")) < 0) {
		upper = NULL;
		return fail_oom(ctx->err);
	}
	r = json_read_strings(inspected, "", "Layers", &lower, ctx->err);
	take_labels(&wanted->args->labels, &labels);
	if (r == 0 && labels.failed)
		r = fail_oom(ctx->err);
	spec.upper = upper;
	spec.lower = lower.items;
	spec.labels = labels.items;
	if (r == 0)
		r = snapshot_commit(engine, &spec, ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", wanted->name);
	return r;
}

int snapshot_create_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct snapshot_create_args *args = untyped;
	const struct wanted wanted = { .args = args, .name = argv[1] };
	int r = snapshot_name_check(argv[1], ctx->err);

	(void)argc;
	if (r == 0)
		r = check_labels(&args->labels, ctx->err);
	return r == 0 ? frozen_run(ctx, argv[0], args->pause, create, &wanted) : r;
}
