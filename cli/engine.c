/* SPDX-License-Identifier: MIT */
#include "cli/engine.h"

#include "store/store.h"

#include <unistd.h>

int engine_open(struct cmd_context *ctx, struct containr **ret_engine)
{
	const struct global_args *globals = &ctx->globals;
	struct containr_options options = {
		.root = globals->root,
		.runroot = globals->runroot,
		.log_level = globals->debug ? CONTAINR_LOG_DEBUG
					    : (enum containr_log_level)globals->log_level,
		.log_fd = STDERR_FILENO,
		.log_json = globals->log_format == LOG_FORMAT_JSON,
	};

	if (globals->storage_driver) {
		int r = store_storage_parse(globals->storage_driver, "--storage-driver",
					    &options.storage, ctx->err);

		if (r < 0)
			return r;
	}
	return containr_open(&options, ret_engine, ctx->err);
}
