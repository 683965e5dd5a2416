/* SPDX-License-Identifier: MIT */
#include "cli/registry/pull.h"

#include "base/cleanup.h"
#include "cli/cmd_pull.h"
#include "cli/engine.h"
#include "cli/image/interrupt.h"
#include "cli/image/own_ids.h"
#include "cli/registry/transfer_progress.h"
#include "image/reference.h"
#include "image/registry/pull.h"
#include "image/registry/tags.h"

#include <containr/containr.h>

/* As docker says it. */
static int print_result(struct cmd_context *ctx, const char *name, const struct pull_result *result,
			bool quiet)
{
	struct reference reference;
	char full[REFERENCE_TEXT_SIZE];
	char shown[REFERENCE_TEXT_SIZE];
	int r = reference_parse(name, &reference, ctx->err);

	if (r < 0)
		return r;
	reference_format(&reference, full);
	reference_format_familiar(&reference, shown);
	if (!quiet)
		(void)fprintf(ctx->out, "Digest: %s\nStatus: %s for %s\n", result->source,
			      result->is_new ? "Downloaded newer image" : "Image is up to date",
			      shown);
	(void)fprintf(ctx->out, "%s\n", full);
	return 0;
}

struct pulling {
	struct cmd_context *ctx;
	const struct pull_args *args;
	struct containr *engine;
	struct registry_options registry;
};

static int pull_one(const struct pulling *pulling, const char *name)
{
	const struct pull_args *args = pulling->args;
	__attribute__((cleanup(transfer_progress_release))) struct transfer_progress progress;
	struct pull_result result;
	const struct pull_spec spec = {
		.name = name,
		.platform = args->platform,
		.registry = pulling->registry,
		.progress = transfer_progress_show,
		.data = &progress,
	};
	int r;

	transfer_progress_init(&progress, TRANSFER_PULL,
			       args->quiet ? PROGRESS_NONE : (enum progress_form)args->progress,
			       pulling->ctx->out);
	r = image_pull(pulling->engine, &spec, &result, pulling->ctx->err);
	return r < 0 ? r : print_result(pulling->ctx, name, &result, args->quiet);
}

static int pull_all_tags(const struct pulling *pulling, const char *name)
{
	struct containr_error *err = pulling->ctx->err;
	struct reference repository;
	autostrv tags = { 0 };
	int r = tags_parse_repository(name, &repository, err);

	if (r == 0)
		r = tags_list(&repository, &pulling->registry, &tags, err);
	for (size_t i = 0; r == 0 && i < tags.len; i++) {
		char full[REFERENCE_TEXT_SIZE];

		(void)snprintf(full, sizeof(full), "%s/%s:%s", repository.domain, repository.path,
			       tags.items[i]);
		r = pull_one(pulling, full);
	}
	return r;
}

int pull_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	struct pulling pulling = { .ctx = ctx, .args = args };
	autoengine *engine = NULL;
	int r = own_ids_enter(ctx->err);

	(void)argc;
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	pulling.engine = engine;
	pulling.registry = (struct registry_options) { .user = pulling.args->creds,
						       .insecure = !pulling.args->tls_verify,
						       .cancelled = &interrupt_signal };
	interrupt_catch();
	r = pulling.args->all_tags ? pull_all_tags(&pulling, argv[0]) : pull_one(&pulling, argv[0]);
	interrupt_end();
	return r;
}
