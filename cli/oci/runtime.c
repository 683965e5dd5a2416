/* SPDX-License-Identifier: MIT */
#include "cli/oci/runtime.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct log runtime_log(const struct cmd_context *ctx)
{
	return (struct log) { .fd = STDERR_FILENO,
			      .level = ctx->globals.debug ? LOG_DEBUG
							  : (enum log_level)ctx->globals.log_level,
			      .json = ctx->globals.log_format == LOG_FORMAT_JSON };
}

bool runtime_wants_systemd(const struct cmd_context *ctx)
{
	const char *manager = ctx->globals.cgroup_manager;

	return ctx->globals.systemd_cgroup || (manager && strcmp(manager, "systemd") == 0);
}

int runtime_check_globals(struct cmd_context *ctx)
{
	const char *manager = ctx->globals.cgroup_manager;

	if (!manager || strcmp(manager, "systemd") == 0 || strcmp(manager, "cgroupfs") == 0)
		return 0;
	(void)fail(ctx->err, CONTAINR_E_UNSUPPORTED, "--cgroup-manager: there is no manager '%s'",
		   manager);
	return fail_hint(ctx->err, "use cgroupfs or systemd");
}

int runtime_open(struct cmd_context *ctx, const struct log *log, const char *id,
		 struct bundle *ret_bundle)
{
	return bundle_open(ctx->globals.root, id, log, ret_bundle, ctx->err);
}

int runtime_act(struct cmd_context *ctx, const char *id,
		int (*act)(struct bundle *bundle, struct containr_error *err))
{
	struct log log = runtime_log(ctx);
	autobundle bundle = { .root = -1, .dir = -1, .state_fd = -1 };
	int r = runtime_open(ctx, &log, id, &bundle);

	return r < 0 ? r : act(&bundle, ctx->err);
}

int runtime_replace(char **slot, const char *text, struct containr_error *err)
{
	if (!text)
		return 0;
	free(*slot);
	*slot = strdup(text);
	return *slot ? 0 : fail_oom(err);
}
