/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_REGISTRY_CREDENTIAL_HELPER_H
#define IMAGE_REGISTRY_CREDENTIAL_HELPER_H

#include "base/str.h"

/**
 * Runs docker-credential-NAME ACTION (github.com/docker/docker-credential-helpers).
 *
 * @name:   of the helper; a name with a slash is refused
 * @action: "get", "store" or "erase"
 * @input:  what it reads
 * @output: what it writes, 64 KiB at most
 * @ret_status: its exit status
 * Errors: REGISTRY_DENIED when it cannot be run.
 */
int credential_helper_run(const char *name, const char *action, const char *input,
			  struct str *output, int *ret_status,
			  struct containr_error *err) MUST_CHECK;

#endif
