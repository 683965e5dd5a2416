/* SPDX-License-Identifier: MIT */
#include "cli/image/import.h"

#include "base/cleanup.h"
#include "base/time.h"
#include "cli/cmd_import.h"
#include "cli/engine.h"
#include "cli/image/default_image.h"
#include "cli/image/interrupt.h"
#include "cli/image/own_ids.h"
#include "cli/image/progress.h"
#include "image/archive/import.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* Opens what the first operand names: a folder goes by its path, anything else by descriptor. */
static int open_operand(const char *path, struct import_spec *spec, int *ret_fd,
			struct containr_error *err)
{
	struct stat info;

	if (strcmp(path, "-") == 0) {
		if (isatty(STDIN_FILENO)) {
			(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
				   "standard input is a terminal, no archive");
			return fail_hint(err, "send an archive through a pipe");
		}
		spec->source =
			(struct input_source) { .fd = STDIN_FILENO, .what = "standard input" };
		return 0;
	}
	*ret_fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (*ret_fd < 0 || fstat(*ret_fd, &info) < 0)
		return fail_sys(err, CONTAINR_E_INVALID_ARGUMENT, "cannot open '%s'", path);
	spec->source = (struct input_source) { .fd = *ret_fd, .what = path };
	if (S_ISDIR(info.st_mode))
		spec->folder = path;
	return 0;
}

static int fail_usage(struct cmd_context *ctx, const char *problem)
{
	(void)fail(ctx->err, CONTAINR_E_INVALID_ARGUMENT, "'%s' %s", ctx->path, problem);
	return fail_hint(ctx->err, "see '%s --help'", ctx->path);
}

/* The time of the image is that of its busybox, so that importing it twice gives one image. */
static int use_default(struct import_spec *spec, struct changes *changes, char *const *operands,
		       struct containr_error *err)
{
	static const char *const instructions[] = {
		"ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
		"CMD [\"sh\"]",
	};
	int r = 0;

	spec->name = operands[0] ? operands[0] : DEFAULT_IMAGE_NAME;
	spec->created_ns = DEFAULT_IMAGE_TIME * TIME_NS_PER_SEC;
	spec->source = (struct input_source) {
		.fd = -1,
		.memory = default_image_start,
		.memory_len = (size_t)(default_image_end - default_image_start),
		.what = "the default image",
	};
	for (size_t i = 0; r == 0 && i < ARRAY_LEN(instructions); i++)
		r = changes_apply(changes, instructions[i], err);
	return r;
}

/* SOURCE_DATE_EPOCH makes the image's id depend on its content alone (reproducible-builds.org). */
static int read_epoch(struct import_spec *spec, struct containr_error *err)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	int64_t seconds = 0;
	int r;

	if (!epoch)
		return 0;
	r = parse_int64(epoch, "SOURCE_DATE_EPOCH", 1, INT64_MAX / TIME_NS_PER_SEC, &seconds, err);
	spec->created_ns = seconds * TIME_NS_PER_SEC;
	return r;
}

static int import_and_print(struct cmd_context *ctx, const struct import_spec *spec)
{
	autoengine *engine = NULL;
	char id[DIGEST_SIZE];
	int r = own_ids_enter(ctx->err);

	if (r == 0)
		r = engine_open(ctx, &engine);
	if (r == 0)
		r = image_import(engine, spec, id, ctx->err);
	if (r == 0)
		(void)fprintf(ctx->out, "%s\n", id);
	return r;
}

int import_run(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	const struct import_args *import = args;
	autochanges changes = { 0 };
	autoclose int fd = -1;
	struct progress progress = { .word = "importing" };
	struct input_watch watch = { .cancelled = &interrupt_signal, .data = &progress };
	struct import_spec spec = { .changes = &changes,
				    .message = import->message,
				    .platform = import->platform,
				    .name = argc == 2 ? argv[1] : NULL };
	int r = 0;

	if (import->embedded && argc > 1)
		return fail_usage(ctx, "--default takes one name at most");
	if (!import->embedded && argc != 2)
		return fail_usage(ctx, "needs 2 arguments: FILE|DIR|- NAME[:TAG]");
	r = import->embedded ? use_default(&spec, &changes, argv, ctx->err)
			     : open_operand(argv[0], &spec, &fd, ctx->err);
	for (size_t i = 0; r == 0 && i < import->changes.len; i++)
		r = changes_apply(&changes, import->changes.items[i], ctx->err);
	if (r == 0)
		r = read_epoch(&spec, ctx->err);
	if (r < 0)
		return r;
	if (!import->quiet && isatty(STDERR_FILENO))
		watch.progress = progress_show;
	spec.source.watch = &watch;
	interrupt_catch();
	r = import_and_print(ctx, &spec);
	progress_hide(&progress);
	interrupt_end();
	return r;
}
