/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_SAVE_H
#define CLI_CMD_SAVE_H

#include <stdbool.h>

/* What the options of `save` and `load` fill, for the room that runs them. */

struct save_args {
	const char *output; /* NULL: standard output */
	int format;	    /* enum save_format */
	bool quiet;
};

struct load_args {
	const char *input; /* NULL: standard input */
	const char *platform;
	bool quiet;
};

#endif
