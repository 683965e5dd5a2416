/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_IMPORT_H
#define CLI_CMD_IMPORT_H

#include "cli/cmd.h"

/* The front door knows the options of `containr import`; the room containr-image has its function.
 */
struct import_args {
	struct strv changes;
	const char *message;
	const char *platform;
	bool embedded; /* --default */
	bool quiet;
};

#endif
