/* SPDX-License-Identifier: MIT */
#ifndef CLI_OCI_RUNTIME_H
#define CLI_OCI_RUNTIME_H

#include "cli/cmd.h"
#include "container/bundle.h"

/* What the commands of containr-runtime share. */

/** Returns the log that the global options ask for. */
struct log runtime_log(const struct cmd_context *ctx);

/** Opens the container @id of the state folder that the global options name. */
int runtime_open(struct cmd_context *ctx, const struct log *log, const char *id,
		 struct bundle *ret_bundle) MUST_CHECK;

/** Opens the container @id and does @act to it: the whole of the commands without options. */
int runtime_act(struct cmd_context *ctx, const char *id,
		int (*act)(struct bundle *bundle, struct containr_error *err)) MUST_CHECK;

/** Replaces a string by a copy of what an option gave; NULL leaves it. */
int runtime_replace(char **slot, const char *text, struct containr_error *err) MUST_CHECK;

/** Whether cgroups are to be made by systemd. */
bool runtime_wants_systemd(const struct cmd_context *ctx);

/** Refuses what the engine cannot do. Errors: UNSUPPORTED for an unknown cgroup manager. */
int runtime_check_globals(struct cmd_context *ctx) MUST_CHECK;

#endif
