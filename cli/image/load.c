/* SPDX-License-Identifier: MIT */
#include "cli/image/load.h"

#include "base/cleanup.h"
#include "cli/cmd_save.h"
#include "cli/engine.h"
#include "cli/image/interrupt.h"
#include "cli/image/own_ids.h"
#include "cli/image/progress.h"
#include "image/archive/load.h"
#include "image/reference.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct loading {
	struct cmd_context *ctx;
	struct progress progress;
};

/* As docker says it. */
static void print_loaded(void *data, const char *name, const char *id)
{
	struct loading *loading = data;
	struct reference reference;
	struct containr_error ignored;
	char shown[REFERENCE_TEXT_SIZE];

	progress_hide(&loading->progress);
	loading->progress.is_shown = false;
	if (name && reference_parse(name, &reference, &ignored) == 0) {
		reference_format_familiar(&reference, shown);
		(void)fprintf(loading->ctx->out, "Loaded image: %s\n", shown);
	} else {
		(void)fprintf(loading->ctx->out, "Loaded image ID: %s\n", id);
	}
}

static int open_input(const char *path, struct load_spec *spec, int *ret_fd,
		      struct containr_error *err)
{
	struct stat info;

	if (!path && isatty(STDIN_FILENO)) {
		(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
			   "standard input is a terminal, no archive");
		return fail_hint(err, "use --input FILE, or a pipe");
	}
	*ret_fd = path ? open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
		       : fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
	if (*ret_fd < 0 || fstat(*ret_fd, &info) < 0)
		return fail_sys(err, CONTAINR_E_INVALID_ARGUMENT, "cannot open '%s'",
				path ? path : "standard input");
	spec->source.fd = *ret_fd;
	spec->source.what = path ? path : "standard input";
	if (S_ISDIR(info.st_mode))
		spec->folder = *ret_fd;
	return 0;
}

int load_run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct load_args *args = untyped;
	struct loading loading = { .ctx = ctx, .progress = { .word = "loading" } };
	struct input_watch watch = { .cancelled = &interrupt_signal, .data = &loading.progress };
	struct load_spec spec = {
		.folder = -1, .platform = args->platform, .loaded = print_loaded, .data = &loading
	};
	autoengine *engine = NULL;
	autoclose int fd = -1;
	int r = open_input(args->input, &spec, &fd, ctx->err);

	(void)argc;
	(void)argv;
	if (r == 0)
		r = own_ids_enter(ctx->err);
	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r < 0)
		return r;
	if (!args->quiet && isatty(STDERR_FILENO))
		watch.progress = progress_show;
	spec.source.watch = &watch;
	interrupt_catch();
	r = image_load_archive(engine, &spec, ctx->err);
	progress_hide(&loading.progress);
	interrupt_end();
	return r;
}
