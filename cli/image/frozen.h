/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_FROZEN_H
#define CLI_IMAGE_FROZEN_H

#include "base/json.h"
#include "cli/cmd.h"

struct containr;

/**
 * Works on a container's files.
 *
 * @inspected: the container, as containr_container_inspect() tells of it
 */
typedef int frozen_work(struct cmd_context *ctx, struct containr *engine,
			const struct json *inspected, const void *data);

/**
 * Opens the engine and does some work with the ids that an ordinary user's files have, while the
 * container, if it runs, is frozen; where it cannot be, the user is warned.
 *
 * @freeze: whether to freeze it
 * Errors: those of @work; CONTAINER_NOT_FOUND.
 */
int frozen_run(struct cmd_context *ctx, const char *container, bool freeze, frozen_work *work,
	       const void *data) MUST_CHECK;

/** Returns a string member of what was inspected; "" for none. */
const char *frozen_text(const struct json *object, const char *key);

#endif
