/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_SNAPSHOT_H
#define CLI_CMD_SNAPSHOT_H

#include "cli/cmd.h"

/* The front door knows the options of `containr snapshot create` and its kin; the room containr-image has
 * their functions. */
struct snapshot_create_args {
	struct strv labels;
	bool pause;
};

struct snapshot_export_args {
	const char *output; /* NULL: standard output */
	bool with_parents;
};

#endif
