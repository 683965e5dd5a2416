/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_CP_H
#define CLI_CMD_CP_H

#include <stdbool.h>

/* What the options of `cp` fill, for the room that runs it. */
struct cp_args {
	bool archive;
	bool follow_link;
	bool quiet;
};

#endif
