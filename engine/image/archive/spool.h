/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_SPOOL_H
#define IMAGE_ARCHIVE_SPOOL_H

#include "base/str.h"
#include "image/archive/input.h"
#include "image/archive/layer.h"
#include "image/workdir.h"

/*
 * The files of an archive of images, taken out of it in one pass: what a list says of them may come
 * behind them. Names in the archive are looked up and are never paths: a file gets a number in the
 * workdir as its name. Links are followed by names only, so they end in the archive or nowhere.
 */

#define SPOOL_FILES_MAX 16384
#define SPOOL_BLOBS "blobs/sha256/"

struct spool_file {
	char *name;   /* in the archive, without "./" */
	char *target; /* of a link: another name; NULL for a file */
	char file[24];
	char digest[DIGEST_SIZE];
	int64_t size;
	bool is_published; /* the blob is in the store now, and no longer in the workdir */
	bool has_layer;	   /* an image before has made `layer` of it */
	struct layer layer;
};

struct spool {
	const struct workdir *dir; /* borrowed */
	const char *what;	   /* names the archive in errors */
	struct spool_file *files;
	size_t count;
	size_t cap;
};

/**
 * Takes all files out of an archive, compressed or not. Blobs are checked against their names.
 *
 * Errors: INVALID_ARCHIVE for one that has a name twice, a link as a blob, too many files, or is
 * damaged; DIGEST_MISMATCH; IO, NO_SPACE, INVALID_STATE when it was cancelled.
 */
int spool_read(struct spool *spool, const struct input_source *source,
	       struct containr_error *err) MUST_CHECK;

/** Takes index.json, manifest.json and the blobs out of a folder (borrowed); the same otherwise. */
int spool_read_folder(struct spool *spool, int folder, const struct input_watch *watch,
		      struct containr_error *err) MUST_CHECK;

void spool_release(struct spool *spool);

/** Finds a file by its name, links followed; NULL for none. */
struct spool_file *spool_find(const struct spool *spool, const char *name);

/** Finds a blob by its digest. */
struct spool_file *spool_find_blob(const struct spool *spool, const char *digest);

/** Reads a file that has not been published. Errors: INVALID_ARCHIVE when it is larger than @max. */
int spool_read_text(const struct spool *spool, const struct spool_file *file, size_t max,
		    struct str *out, struct containr_error *err) MUST_CHECK;

#endif
