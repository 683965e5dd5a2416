/* SPDX-License-Identifier: MIT */
#ifndef CLI_COMPLETE_NAMES_H
#define CLI_COMPLETE_NAMES_H

#include "cli/cmd.h"

/* The names that completion asks the state for. @values gets those that begin with @prefix. */

/**
 * Offers containers by name, and by the first digits of their ids once one is begun.
 *
 * @kind: COMPLETE_CONTAINERS, COMPLETE_RUNNING or COMPLETE_STOPPED
 */
int complete_containers(struct cmd_context *ctx, enum complete_kind kind, const char *prefix,
			struct strv *values) MUST_CHECK;

/** The same for the containers of containr-runtime, which have ids only. */
int complete_bundles(struct cmd_context *ctx, enum complete_kind kind, const char *prefix,
		     struct strv *values) MUST_CHECK;

/** Offers images as NAME:TAG, and by the first digits of their ids once one is begun. */
int complete_images(struct cmd_context *ctx, const char *prefix, struct strv *values) MUST_CHECK;

/** Offers volumes by name. */
int complete_volumes(struct cmd_context *ctx, const char *prefix, struct strv *values) MUST_CHECK;

/** Offers snapshots by name. */
int complete_snapshots(struct cmd_context *ctx, const char *prefix, struct strv *values) MUST_CHECK;

#endif
