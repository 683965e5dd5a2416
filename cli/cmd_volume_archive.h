/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_VOLUME_ARCHIVE_H
#define CLI_CMD_VOLUME_ARCHIVE_H

#include "cli/cmd.h"

/* The front door knows the options; the room containr-image has the functions. */
struct volume_export_args {
	const char *output;
};

#endif
