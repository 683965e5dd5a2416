/* SPDX-License-Identifier: MIT */
#ifndef CLI_DF_DETAILS_H
#define CLI_DF_DETAILS_H

#include <containr/containr.h>

#include "base/str.h"

/** Appends a table of images, one of containers and one of volumes, each with its size. */
int df_write_details(struct containr *engine, struct str *out,
		     struct containr_error *err) MUST_CHECK;

#endif
