/* SPDX-License-Identifier: MIT */
#include "cli/image/volume_archive.h"

#include <containr/volume.h>

#include "base/cleanup.h"
#include "base/fs.h"
#include "cli/cmd_volume_archive.h"
#include "cli/engine.h"
#include "cli/image/output.h"
#include "cli/image/own_ids.h"
#include "cli/image/stream.h"
#include "image/archive/pack.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* One with options is a mount of something else, which is not there now. */
static int open_content(const struct containr_volume *volume, int *ret_fd,
			struct containr_error *err)
{
	if (volume->options && volume->options[0]) {
		(void)fail(err, CONTAINR_E_UNSUPPORTED,
			   "volume '%s' has no content of its own: it is mounted with '%s'",
			   volume->name, volume->options[0]);
		return fail_hint(err, "use containr cp with a container that mounts it");
	}
	return fs_open_dir(AT_FDCWD, volume->mountpoint, ret_fd, err);
}

/* The files may belong to ids that an ordinary user has in his namespace only. */
static int open_engine(struct cmd_context *ctx, struct containr **ret_engine)
{
	int r = own_ids_enter(ctx->err);

	return r < 0 ? r : engine_open(ctx, ret_engine);
}

int volume_export_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	static const struct pack_options options = { .one_filesystem = true };
	const struct volume_export_args *args = untyped;
	struct containr_volume *volume = NULL;
	struct stream stream = { .fd = -1,
				 .what = args->output ? args->output : "standard output" };
	autoengine *engine = NULL;
	autoclose int content = -1;
	int r = open_engine(ctx, &engine);

	(void)argc;
	(void)signal(SIGPIPE, SIG_IGN);
	if (r == 0)
		r = containr_volume_inspect(engine, argv[0], &volume, ctx->err);
	if (r == 0)
		r = open_content(volume, &content, ctx->err);
	containr_volume_free(volume);
	if (r == 0)
		r = output_open(args->output, &stream.fd, ctx->err);
	if (r < 0)
		return r;
	r = pack_write_tar(content, &options, stream_write, &stream, ctx->err);
	if (r < 0 && args->output)
		(void)unlink(args->output);
	cleanup_close(&stream.fd);
	return r;
}

static int open_archive(const char *path, int *ret_fd, struct containr_error *err)
{
	*ret_fd = strcmp(path, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
					 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	return *ret_fd < 0 ? fail_sys(err, CONTAINR_E_INVALID_ARGUMENT, "cannot open '%s'", path)
			   : 0;
}

int volume_import_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct containr_volume_spec spec = { .name = argv[0] };
	struct containr_volume *volume = NULL;
	autoengine *engine = NULL;
	autoclose int archive = -1;
	autoclose int content = -1;
	int r = open_archive(argv[1], &archive, ctx->err);

	(void)untyped;
	(void)argc;
	if (r == 0)
		r = open_engine(ctx, &engine);
	if (r == 0)
		r = containr_volume_create(engine, &spec, &volume, ctx->err);
	if (r == 0)
		r = open_content(volume, &content, ctx->err);
	containr_volume_free(volume);
	return r < 0 ? r
		     : stream_unpack(archive,
				     strcmp(argv[1], "-") == 0 ? "standard input" : argv[1],
				     content, ctx->err);
}
