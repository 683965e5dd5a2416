/* SPDX-License-Identifier: MIT */
#ifndef CLI_ATTACH_H
#define CLI_ATTACH_H

#include <containr/container.h>

#include "cli/cmd.h"

struct attach_args {
	bool interactive; /* pass standard input on */
	bool tty;	  /* the container has a terminal */
	bool sig_proxy;
	const char *detach_keys; /* as struct containr_attach_options has them */
};

/** Refuses to pass on a standard input that is no terminal to one. Errors: INVALID_ARGUMENT. */
int attach_check_terminal(const struct attach_args *args, const char *container,
			  struct containr_error *err) MUST_CHECK;

/**
 * Connects a container with this process's standard streams until it ends.
 *
 * @connection: of containr_start() or containr_connect(); stays the caller's
 *
 * Returns the container's exit code, 0 when it was detached from; or -code.
 */
int attach_streams(struct cmd_context *ctx, struct containr *engine, const char *container,
		   int connection, const struct attach_args *args) MUST_CHECK;

#endif
