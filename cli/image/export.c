/* SPDX-License-Identifier: MIT */
#include "cli/image/export.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "cli/cmd_export.h"
#include "cli/engine.h"
#include "cli/image/output.h"
#include "cli/image/stream.h"
#include "container/view.h"
#include "image/archive/pack.h"

#include <signal.h>
#include <unistd.h>

static int pack(int root, void *context, struct containr_error *err)
{
	const struct pack_options options = { .one_filesystem = true };

	return pack_write_tar(root, &options, stream_write, context, err);
}

int export_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct export_args *args = untyped;
	struct containr_container *container = NULL;
	autoengine *engine = NULL;
	struct stream stream = { .fd = -1,
				 .what = args->output ? args->output : "standard output" };
	struct view view;
	int r = engine_open(ctx, &engine);

	(void)argc;
	(void)signal(SIGPIPE, SIG_IGN);
	/* before a file is made for nothing */
	if (r == 0)
		r = containr_container_find(engine, argv[0], &container, ctx->err);
	containr_container_free(container);
	if (r == 0)
		r = output_open(args->output, &stream.fd, ctx->err);
	if (r < 0)
		return r;
	r = view_start(engine, argv[0], 0, pack, &stream, &view, ctx->err);
	if (r == 0)
		r = view_finish(&view, ctx->err);
	if (r < 0 && args->output)
		(void)unlink(args->output);
	cleanup_close(&stream.fd);
	return r;
}
