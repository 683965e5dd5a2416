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

int pull_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct pull_args *pull = args;
	autoengine *engine = NULL;
	__attribute__((cleanup(transfer_progress_release))) struct transfer_progress progress;
	struct pull_result result;
	struct pull_spec spec = {
		.name = argv[0],
		.platform = pull->platform,
		.registry = { .user = pull->creds,
			      .insecure = !pull->tls_verify,
			      .cancelled = &interrupt_signal },
		.progress = transfer_progress_show,
		.data = &progress,
	};
	int r = own_ids_enter(ctx->err);

	(void)argc;
	transfer_progress_init(&progress, TRANSFER_PULL,
			       pull->quiet ? PROGRESS_NONE : (enum progress_form)pull->progress,
			       ctx->out);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	interrupt_catch();
	r = image_pull(engine, &spec, &result, ctx->err);
	interrupt_end();
	return r < 0 ? r : print_result(ctx, argv[0], &result, pull->quiet);
}
