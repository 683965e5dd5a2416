/* SPDX-License-Identifier: MIT */
#ifndef CLI_IMAGE_OUTPUT_H
#define CLI_IMAGE_OUTPUT_H

#include "base/error.h"

/**
 * Opens where an archive goes.
 *
 * @path: of a file; NULL: standard output, which may not be a terminal
 */
int output_open(const char *path, int *ret_fd, struct containr_error *err) MUST_CHECK;

#endif
