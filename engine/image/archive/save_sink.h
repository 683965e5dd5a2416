/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SAVE_SINK_H
#define IMAGE_ARCHIVE_SAVE_SINK_H

#include "image/archive/save.h"
#include "image/archive/tar_writer.h"

/* Where saved files go: the entries of a tar, or a folder. */
struct save_sink {
	const struct save_spec *spec;
	struct tar_writer tar; /* not used for a folder */
	int64_t written;       /* bytes of content so far */
};

#define SAVE_SINK_INIT(spec_) ((struct save_sink) { .spec = (spec_) })

/** Errors: OUT_OF_MEMORY. */
int save_sink_open(struct save_sink *sink, struct containr_error *err) MUST_CHECK;
void save_sink_release(struct save_sink *sink);

int save_sink_folder(struct save_sink *sink, const char *name,
		     struct containr_error *err) MUST_CHECK;
int save_sink_text(struct save_sink *sink, const char *name, const struct str *text,
		   struct containr_error *err) MUST_CHECK;

/**
 * Copies a blob.
 *
 * @fd: borrowed
 * Errors: IMAGE_CORRUPT when it does not have its size or its digest; IO, NO_SPACE, INVALID_STATE.
 */
int save_sink_blob(struct save_sink *sink, const char *digest, int fd, int64_t size,
		   struct containr_error *err) MUST_CHECK;

int save_sink_finish(struct save_sink *sink, struct containr_error *err) MUST_CHECK;

#endif
