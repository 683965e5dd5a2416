/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_EXPORT_H
#define CLI_CMD_EXPORT_H

/* What the options of `export` fill, for the room that runs it. */
struct export_args {
	const char *output; /* file; NULL: standard output */
};

#endif
