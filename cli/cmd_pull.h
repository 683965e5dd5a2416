/* SPDX-License-Identifier: MIT */
#ifndef CLI_CMD_PULL_H
#define CLI_CMD_PULL_H

#include "cli/cmd.h"

/* The front door knows the options; the room containr-registry has the functions. */

/* How progress is shown. */
enum progress_form { PROGRESS_AUTO, PROGRESS_TTY, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_NONE };

/** The words for them, NULL-terminated. */
extern const char *const progress_forms[];

struct pull_args {
	const char *platform;
	const char *creds;
	const char *cert_dir;
	int progress; /* enum progress_form */
	bool all_tags;
	bool quiet;
	bool tls_verify;
};

struct login_args {
	const char *user;
	const char *password;
	bool password_stdin;
	bool tls_verify;
};

struct logout_args {
	bool all;
};

#endif
