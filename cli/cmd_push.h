/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_PUSH_H
#define CLI_CMD_PUSH_H

#include <stdbool.h>

/* What the options of `push` fill, for the room that runs it. */
struct push_args {
	const char *creds;
	const char *digest_file;
	int compression; /* enum push_compression */
	int progress;	 /* enum progress_form */
	bool all_tags;
	bool quiet;
	bool tls_verify;
};

#endif
