/* SPDX-License-Identifier: MIT */
#ifndef CLI_ENGINE_H
#define CLI_ENGINE_H

#include <containr/containr.h>

#include "cli/cmd.h"

static inline void engine_cleanup(struct containr **engine)
{
	containr_close(*engine);
}

/** An engine that is closed at the end of its block. */
#define autoengine __attribute__((cleanup(engine_cleanup))) struct containr

/** Opens the engine as the global options say. */
int engine_open(struct cmd_context *ctx, struct containr **ret_engine) MUST_CHECK;

#endif
