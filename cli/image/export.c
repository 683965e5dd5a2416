/* SPDX-License-Identifier: MIT */
#include "cli/image/export.h"

#include <containr/container.h>

#include "base/cleanup.h"
#include "cli/cmd_export.h"
#include "cli/engine.h"
#include "cli/image/stream.h"
#include "container/view.h"
#include "image/archive/pack.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static int pack(int root, void *context, struct containr_error *err)
{
	const struct pack_options options = { .one_filesystem = true };

	return pack_write_tar(root, &options, stream_write, context, err);
}

static int open_output(const char *path, int *ret_fd, struct containr_error *err)
{
	int fd;

	if (!path && isatty(STDOUT_FILENO)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "standard output is a terminal, which an archive would upset");
		return fail_hint(err, "use --output FILE, or a pipe");
	}
	fd = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)
		  : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	if (fd < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot create '%s'",
				path ? path : "standard output");
	*ret_fd = fd;
	return 0;
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
		r = open_output(args->output, &stream.fd, ctx->err);
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
