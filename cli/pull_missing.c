/* SPDX-License-Identifier: MIT */
#include "cli/pull_missing.h"

#include "base/cleanup.h"
#include "cli/room.h"
#include "image/reference.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOM "containr-registry"

/* What it tells goes to standard error: standard output is the container's. */
static _Noreturn void become_puller(struct cmd_context *ctx, const struct run_args *args,
				    const char *image)
{
	const struct global_args *globals = &ctx->globals;
	const char *argv[16] = { "containr" };
	size_t count = 1;
	const char *const options[][2] = {
		{ "--root", globals->root },
		{ "--runroot", globals->runroot },
		{ "--storage-driver", globals->storage_driver },
	};

	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		if (!options[i][1])
			continue;
		argv[count++] = options[i][0];
		argv[count++] = options[i][1];
	}
	argv[count++] = "pull";
	if (args->platform) {
		argv[count++] = "--platform";
		argv[count++] = args->platform;
	}
	argv[count++] = "--";
	argv[count] = image;
	if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		error_ignore(room_exec(ROOM, "containr pull", (char *const *)(uintptr_t)argv,
				       environ, ctx->err));
	(void)dprintf(STDERR_FILENO, "Error: [%s] %s\n", containr_error_name(ctx->err->code),
		      ctx->err->message);
	_exit(containr_error_exit_status(ctx->err->code));
}

static int pull(struct cmd_context *ctx, const struct run_args *args, const char *image)
{
	int status = 0;
	pid_t pid;

	(void)fflush(NULL);
	pid = fork();
	if (pid == 0)
		become_puller(ctx, args, image);
	if (pid < 0)
		return fail_sys(ctx->err, CONTAINR_E_IO, "cannot fork");
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int pull_always(struct cmd_context *ctx, const struct run_args *args, const char *image)
{
	return args->pull == RUN_PULL_ALWAYS && !args->bundle && !args->snapshot
		       ? pull(ctx, args, image)
		       : 0;
}

int pull_missing(struct cmd_context *ctx, const struct run_args *args, const char *image,
		 int result)
{
	struct reference reference;
	struct containr_error ignored;
	char shown[REFERENCE_TEXT_SIZE];
	int r;

	if (result != -CONTAINR_E_IMAGE_NOT_FOUND || args->pull != RUN_PULL_MISSING ||
	    args->bundle || args->snapshot || args->dry_run ||
	    reference_parse(image, &reference, &ignored) < 0)
		return result;
	reference_format_familiar(&reference, shown);
	(void)fprintf(stderr, "Unable to find image '%s' locally\n", shown);
	r = pull(ctx, args, image);
	if (r == 0)
		error_clear(ctx->err);
	return r;
}
