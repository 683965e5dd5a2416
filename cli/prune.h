/* SPDX-License-Identifier: MIT */
#ifndef CLI_PRUNE_H
#define CLI_PRUNE_H

#include <containr/prune.h>

#include "cli/cmd.h"

/* What the commands that prune share. */

/* Their options; each has the ones it needs. */
struct prune_args {
	struct strv filters;
	bool all;
	bool force;
	bool volumes;
};

#define PRUNE_FILTER                                                                               \
	STRINGS(0, "filter", struct prune_args, filters, "KEY=VALUE",                              \
		"only what has this label, lacks it (label!=), or is older (until=24h)")
#define PRUNE_FORCE FLAG('f', "force", struct prune_args, force, "do not ask")

/* The options as the engine takes them. */
struct prune_filter {
	struct containr_prune_options options;
	struct strv labels;
	struct strv not_labels;
};

#define autoprunefilter __attribute__((cleanup(prune_filter_release))) struct prune_filter

void prune_filter_release(struct prune_filter *filter);

/** Takes the filters apart. Errors: INVALID_ARGUMENT. */
int prune_filter_parse(const struct prune_args *args, struct prune_filter *ret_filter,
		       struct containr_error *err) MUST_CHECK;

/**
 * Warns of what is to be removed and asks for leave, unless that is given.
 *
 * @what: e.g. "all stopped containers"
 * Returns whether to go on.
 */
bool prune_confirm(struct cmd_context *ctx, const struct prune_args *args, const char *what);

typedef int prune_function(struct containr *engine, const struct containr_prune_options *options,
			   struct containr_pruned *ret_pruned, struct containr_error *err);

/**
 * Removes, and prints what was removed under a heading.
 *
 * @total: gets the bytes added
 */
int prune_and_print(struct cmd_context *ctx, struct containr *engine, prune_function *function,
		    const struct containr_prune_options *options, const char *heading,
		    int64_t *total) MUST_CHECK;

/** Prints how much was reclaimed. */
int prune_print_total(struct cmd_context *ctx, int64_t total) MUST_CHECK;

/** The whole of a command that prunes one kind. */
int prune_run(struct cmd_context *ctx, const struct prune_args *args, const char *what,
	      prune_function *function, const char *heading) MUST_CHECK;

#endif
