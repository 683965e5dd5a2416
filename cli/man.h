/* SPDX-License-Identifier: MIT */
#ifndef CLI_MAN_H
#define CLI_MAN_H

#include "cli/cmd.h"

#define MAN_NAME_SIZE (CMD_PATH_SIZE + 4)

struct man_page {
	const struct cmd *program;
	const struct cmd *cmd;
	const char *path; /* of its home, "containr container ls" */
	const char *date; /* "2026-01-31" */
};

/** Appends a manual page in man(7), printed from the record. */
void man_write(struct str *out, const struct man_page *page);

/** Writes the file name of the page: "containr-container-ls.1". */
void man_write_name(const char *path, char ret_name[MAN_NAME_SIZE]);

#endif
