/* SPDX-License-Identifier: MIT */
#include "cli/image/save.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "cli/cmd_save.h"
#include "cli/engine.h"
#include "cli/image/interrupt.h"
#include "cli/image/output.h"
#include "cli/image/progress.h"
#include "image/archive/save.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_folder(const char *path, int *ret_fd, struct containr_error *err)
{
	if (!path) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT, "oci-dir needs a folder");
		return fail_hint(err, "use --output DIR");
	}
	if (mkdir(path, 0755) < 0)
		return fail_sys(err, CONTAINR_E_INVALID_ARGUMENT, "cannot create '%s'", path);
	return fs_open_dir(AT_FDCWD, path, ret_fd, err);
}

/* What was begun is of no use to anybody; a device or a pipe that was there stays. */
static void remove_output(const char *path, bool is_folder)
{
	struct containr_error ignored;
	struct stat info;

	if (is_folder)
		error_ignore(fs_remove_tree(AT_FDCWD, path, &ignored));
	else if (lstat(path, &info) == 0 && S_ISREG(info.st_mode))
		(void)unlink(path);
}

int save_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct save_args *args = untyped;
	struct progress progress = { .word = "saving" };
	struct input_watch watch = { .cancelled = &interrupt_signal, .data = &progress };
	struct save_spec spec = { .format = (enum save_format)args->format,
				  .names = argv,
				  .what = args->output ? args->output : "standard output",
				  .watch = &watch };
	bool is_folder = spec.format == SAVE_OCI_FOLDER;
	autoengine *engine = NULL;
	autoclose int fd = -1;
	int r = engine_open(ctx, &engine);

	(void)argc;
	(void)signal(SIGPIPE, SIG_IGN);
	/* before a file is made for nothing */
	if (r == 0)
		r = image_save_check(engine, argv, ctx->err);
	if (r == 0)
		r = is_folder ? make_folder(args->output, &fd, ctx->err)
			      : output_open(args->output, &fd, ctx->err);
	if (r < 0)
		return r;
	if (!args->quiet && isatty(STDERR_FILENO))
		watch.progress = progress_show;
	spec.fd = fd;
	interrupt_catch();
	r = image_save(engine, &spec, ctx->err);
	progress_hide(&progress);
	if (r < 0 && args->output)
		remove_output(args->output, is_folder);
	interrupt_end();
	return r;
}
