/* SPDX-License-Identifier: MIT */
#include "cli/image/snapshot.h"

#include "base/cleanup.h"
#include "cli/cmd_snapshot.h"
#include "cli/engine.h"
#include "cli/image/output.h"
#include "cli/image/own_ids.h"
#include "cli/image/stream.h"
#include "image/archive/snapshot_export.h"
#include "image/archive/snapshot_import.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

int snapshot_export_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct snapshot_export_args *args = untyped;
	autosnapshot *snapshot = NULL;
	autoengine *engine = NULL;
	autoclose int fd = -1;
	struct stream stream = { .what = args->output ? args->output : "standard output" };
	int r = own_ids_enter(ctx->err);

	(void)argc;
	(void)signal(SIGPIPE, SIG_IGN);
	if (r == 0)
		r = engine_open(ctx, &engine);
	/* before a file is made for nothing */
	if (r == 0)
		r = snapshot_stat(engine, argv[0], &snapshot, ctx->err);
	if (r == 0)
		r = output_open(args->output, &fd, ctx->err);
	if (r < 0)
		return r;
	stream.fd = fd;
	r = snapshot_export(engine, snapshot, args->with_parents, stream_write, &stream, ctx->err);
	if (r < 0 && args->output)
		(void)unlink(args->output);
	return r;
}

static int open_input(const char *path, int *ret_fd, struct containr_error *err)
{
	if (strcmp(path, "-") == 0)
		*ret_fd = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	else
		*ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return *ret_fd < 0 ? fail_sys(err, CONTAINR_E_INVALID_ARGUMENT, "cannot open '%s'", path)
			   : 0;
}

int snapshot_import_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	autoengine *engine = NULL;
	autoclose int fd = -1;
	struct stream stream = { .what = argv[0] };
	char name[SNAPSHOT_NAME_MAX + 1];
	int r = open_input(argv[0], &fd, ctx->err);

	(void)untyped;
	stream.fd = fd;
	if (r == 0)
		r = own_ids_enter(ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = snapshot_import(engine, stream_read, &stream, argc == 2 ? argv[1] : NULL, name,
				    ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", name);
	return r;
}
