/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_COMMIT_H
#define CLI_CMD_COMMIT_H

#include "base/str.h"

#include <stdbool.h>

/* What the options of `commit` fill, for the room that runs it. */
struct commit_args {
	struct strv changes;
	const char *author;
	const char *message;
	bool pause;
};

#endif
