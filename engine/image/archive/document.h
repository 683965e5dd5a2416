/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_DOCUMENT_H
#define IMAGE_ARCHIVE_DOCUMENT_H

#include "image/archive/publish.h"

#include "base/str.h"

/** Writes a text as the blob @file of a workdir, tells its digest, and empties the text. */
int document_write(struct str *text, const struct workdir *dir, const char *file,
		   struct new_blob *ret_blob, struct containr_error *err) MUST_CHECK;

#endif
