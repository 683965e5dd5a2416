/* SPDX-License-Identifier: MIT */
#include "cli/attach.h"

#include <unistd.h>

int attach_check_terminal(const struct attach_args *args, const char *container,
			  struct containr_error *err)
{
	if (!args->interactive || !args->tty || isatty(STDIN_FILENO))
		return 0;
	(void)fail(err, CONTAINR_E_INVALID_ARGUMENT,
		   "container '%s' has a terminal, standard input is none", container);
	return fail_hint(err, "leave out its standard input, or run it from a terminal");
}

int attach_streams(struct cmd_context *ctx, struct containr *engine, const char *container,
		   int connection, const struct attach_args *args)
{
	const struct containr_attach_options options = {
		.stdin_fd = args->interactive ? STDIN_FILENO : -1,
		.stdout_fd = STDOUT_FILENO,
		.stderr_fd = STDERR_FILENO,
		.tty = args->tty && args->interactive,
		/* a terminal in raw mode sends keys, not signals */
		.sig_proxy = args->sig_proxy && !args->tty,
		.detach_keys = args->detach_keys,
	};
	int exit_code = 0;
	int r = containr_attach(engine, container, connection, &options, &exit_code, ctx->err);

	if (r < 0)
		return r;
	return exit_code < 0 ? 0 : exit_code;
}
