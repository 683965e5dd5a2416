/* SPDX-License-Identifier: MIT */
#include "cli/registry/push.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "cli/cmd_pull.h"
#include "cli/cmd_push.h"
#include "cli/engine.h"
#include "cli/image/interrupt.h"
#include "cli/image/own_ids.h"
#include "cli/registry/transfer_progress.h"
#include "image/index.h"
#include "image/reference.h"
#include "image/registry/push.h"
#include "image/registry/tags.h"

#include <containr/containr.h>

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

struct pushing {
	struct cmd_context *ctx;
	const struct push_args *args;
	struct containr *engine;
	struct push_result result; /* of the last one */
};

/* As docker says it. */
static void print_result(const struct pushing *pushing, const struct reference *reference)
{
	char full[REFERENCE_TEXT_SIZE];

	reference_format(reference, full);
	if (pushing->args->quiet)
		(void)fprintf(pushing->ctx->out, "%s\n", full);
	else
		(void)fprintf(pushing->ctx->out, "%s: digest: %s size: %" PRId64 "\n",
			      reference->tag, pushing->result.digest, pushing->result.size);
}

static int push_one(struct pushing *pushing, const char *name, const char *destination)
{
	const struct push_args *args = pushing->args;
	__attribute__((cleanup(transfer_progress_release))) struct transfer_progress progress;
	struct reference reference;
	const struct push_spec spec = {
		.name = name,
		.destination = destination,
		.compression = (enum push_compression)args->compression,
		.registry = { .user = args->creds,
			      .insecure = !args->tls_verify,
			      .cancelled = &interrupt_signal },
		.progress = transfer_progress_show,
		.data = &progress,
	};
	int r = reference_parse(destination ? destination : name, &reference, pushing->ctx->err);

	transfer_progress_init(&progress, TRANSFER_PUSH,
			       args->quiet ? PROGRESS_NONE : (enum progress_form)args->progress,
			       pushing->ctx->out);
	if (r == 0)
		r = image_push(pushing->engine, &spec, &pushing->result, pushing->ctx->err);
	if (r == 0)
		print_result(pushing, &reference);
	return r;
}

static int push_all_tags(struct pushing *pushing, const struct reference *repository)
{
	autoindex index = { 0 };
	struct containr_error *err = pushing->ctx->err;
	size_t count = 0;
	int r = index_load(pushing->engine, &index, err);

	for (size_t i = 0; r == 0 && i < index.count; i++) {
		struct reference reference;
		struct containr_error ignored;
		const char *name = index.entries[i].name;

		if (!name || reference_parse(name, &reference, &ignored) < 0 || *reference.digest ||
		    strcmp(reference.domain, repository->domain) != 0 ||
		    strcmp(reference.path, repository->path) != 0)
			continue;
		count++;
		r = push_one(pushing, name, NULL);
	}
	if (r == 0 && count == 0)
		return fail(err, CONTAINR_E_IMAGE_NOT_FOUND, "there is no image of '%s/%s'",
			    repository->domain, repository->path);
	return r;
}

static int check_usage(struct cmd_context *ctx, const struct push_args *args, int argc)
{
	if (!args->all_tags || (argc == 1 && !args->digest_file))
		return 0;
	return fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT,
		    "--all-tags takes neither a destination nor --digestfile");
}

static int push_wanted(struct pushing *pushing, int argc, char *const *argv)
{
	const struct push_args *args = pushing->args;
	const char *destination = argc > 1 ? argv[1] : NULL;
	struct containr_error *err = pushing->ctx->err;
	struct reference reference;
	int r = args->all_tags
			? tags_parse_repository(argv[0], &reference, err)
			: reference_parse(destination ? destination : argv[0], &reference, err);

	if (r < 0)
		return r;
	if (!args->quiet)
		(void)fprintf(pushing->ctx->out, "The push refers to repository [%s/%s]\n",
			      reference.domain, reference.path);
	r = args->all_tags ? push_all_tags(pushing, &reference)
			   : push_one(pushing, argv[0], destination);
	if (r == 0 && args->digest_file)
		r = fs_replace_file(AT_FDCWD, args->digest_file, pushing->result.digest,
				    strlen(pushing->result.digest), 0644, FS_VOLATILE, err);
	return r;
}

int push_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct push_args *args = untyped;
	struct pushing pushing = { .ctx = ctx, .args = args };
	autoengine *engine = NULL;
	int r = check_usage(ctx, args, argc);

	if (r == 0)
		r = own_ids_enter(ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	pushing.engine = engine;
	interrupt_catch();
	r = push_wanted(&pushing, argc, argv);
	interrupt_end();
	return r;
}
