/* SPDX-License-Identifier: MIT */
#include "cli/commands.h"
#include "cli/oci/runtime.h"

#include <limits.h>
#include <stdlib.h>

/* create and run take the same options but for --detach. */
struct create_args {
	const char *bundle;
	const char *console_socket;
	const char *pid_file;
	const char *pidfd_socket;
	int64_t preserve_fds;
	bool detach;
	bool no_pivot;
	bool no_new_keyring;
	bool no_subreaper;
	bool keep;
};

#define CREATE_OPTS                                                                                \
	STRING('b', "bundle", struct create_args, bundle, "DIR",                                   \
	       "folder with config.json, the current one where not given",                         \
	       .complete = COMPLETE_DIRS),                                                         \
		STRING(0, "console-socket", struct create_args, console_socket, "SOCKET",          \
		       "socket that gets the master of the container's terminal",                  \
		       .complete = COMPLETE_FILES)

#define CREATE_OPTS_TAIL                                                                           \
	FLAG(0, "no-new-keyring", struct create_args, no_new_keyring,                              \
	     "keep the caller's session keyring"),                                                 \
		FLAG(0, "no-pivot", struct create_args, no_pivot,                                  \
		     "move the root folder instead of pivoting: for hosts that run in memory"),    \
		FLAG(0, "no-subreaper", struct create_args, no_subreaper,                          \
		     "accepted for compatibility", .hidden = true),                                \
		STRING(0, "pid-file", struct create_args, pid_file, "FILE",                        \
		       "file that gets the process id", .complete = COMPLETE_FILES),               \
		STRING(0, "pidfd-socket", struct create_args, pidfd_socket, "SOCKET",              \
		       "socket that gets a pidfd of the first process",                            \
		       .complete = COMPLETE_FILES),                                                \
		INT(0, "preserve-fds", struct create_args, preserve_fds, "NUMBER",                 \
		    "how many descriptors from 3 on the container gets", .min = 0, .max = 1024)

static const struct opt create_opts[] = { CREATE_OPTS, CREATE_OPTS_TAIL, END };

static const struct opt run_opts[] = {
	CREATE_OPTS,
	FLAG('d', "detach", struct create_args, detach, "return when the container runs"),
	FLAG(0, "keep", struct create_args, keep, "accepted for compatibility", .hidden = true),
	CREATE_OPTS_TAIL,
	END,
};

static int fill(struct cmd_context *ctx, const struct create_args *args, const struct log *log,
		struct bundle_options *options)
{
	const char *listen_fds = getenv("LISTEN_FDS");
	int64_t listened = 0;
	int r = runtime_check_globals(ctx);

	/* sockets that systemd handed to the caller are meant for the container */
	if (r == 0 && listen_fds)
		r = parse_int64(listen_fds, "LISTEN_FDS", 0, 1024, &listened, ctx->err);
	*options = (struct bundle_options) {
		.root_path = ctx->globals.root,
		.bundle_path = args->bundle,
		.console_socket = args->console_socket,
		.pid_file = args->pid_file,
		.pidfd_socket = args->pidfd_socket,
		.preserve_fds = (int)(args->preserve_fds + listened),
		.listen_fds = (int)listened,
		.systemd_cgroup = runtime_wants_systemd(ctx),
		.no_pivot = args->no_pivot,
		.no_new_keyring = args->no_new_keyring,
		.log = log,
	};
	return r;
}

static int create(struct cmd_context *ctx, const void *args, int argc, char **argv)
{
	struct log log = runtime_log(ctx);
	struct bundle_options options;
	int r = fill(ctx, args, &log, &options);

	(void)argc;
	return r < 0 ? r : bundle_create(argv[0], &options, ctx->err);
}

static int run(struct cmd_context *ctx, const void *untyped, int argc, char **argv)
{
	const struct create_args *args = untyped;
	struct log log = runtime_log(ctx);
	struct bundle_options options;
	int exit_code = 0;
	int r = fill(ctx, args, &log, &options);

	(void)argc;
	if (r == 0)
		r = bundle_run(argv[0], &options, args->detach, &exit_code, ctx->err);
	return r < 0 ? r : exit_code;
}

const struct cmd cmd_oci_create = {
	.name = "create",
	.operands = "ID",
	.summary = "create a container from a bundle and stop before its program",
	.opts = create_opts,
	.args_size = sizeof(struct create_args),
	.min_operands = 1,
	.max_operands = 1,
	.enters_container = true,
	.run = create,
};

const struct cmd cmd_oci_run = {
	.name = "run",
	.operands = "ID",
	.summary = "create and start a container, and remove it when it ends",
	.opts = run_opts,
	.args_size = sizeof(struct create_args),
	.min_operands = 1,
	.max_operands = 1,
	.enters_container = true,
	.run = run,
};
