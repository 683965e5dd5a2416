/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_TAR_WRITER_H
#define IMAGE_ARCHIVE_TAR_WRITER_H

#include "base/str.h"
#include "image/archive/folder.h"
#include "image/archive/tar.h"

/*
 * Writing a tar: ustar headers, with pax records (POSIX pax(1)) only for what these cannot say. The same
 * entries give the same bytes at any time and place, so that a digest of the tar is one of the files:
 * neither times of access, nor names of users, nor process numbers are in it.
 */
struct tar_writer {
	folder_write_function *write;
	void *data;
	unsigned char *buffer;
	size_t used;	    /* bytes of the buffer */
	int64_t left;	    /* of the current entry's content */
	size_t padding;	    /* zeros after it */
	struct str records; /* pax records of the current entry */
	struct str map;	    /* of a sparse file */
	struct containr_error *err;
};

#define autotarwriter __attribute__((cleanup(tar_writer_release))) struct tar_writer

/** Prepares a writer whose write, data and err are set. Errors: OUT_OF_MEMORY. */
int tar_writer_open(struct tar_writer *writer) MUST_CHECK;

/** Gives back the memory; what was not flushed by tar_writer_finish() is lost. */
void tar_writer_release(struct tar_writer *writer);

/**
 * Writes the headers of an entry: all members but the offsets and `stored`. Its content follows, of a
 * sparse file only the extents' bytes.
 */
int tar_writer_entry(struct tar_writer *writer, const struct tar_entry *entry) MUST_CHECK;

/**
 * Tells where the next bytes of the content go, for read(2) to put them there.
 *
 * @ret_room: how many at most; 0 when the content is complete
 */
int tar_writer_claim(struct tar_writer *writer, unsigned char **ret_at,
		     size_t *ret_room) MUST_CHECK;

/** Says that @len bytes were put there. */
void tar_writer_commit(struct tar_writer *writer, size_t len);

/** Fills up what is missing of the content with zeros, and ends the entry. */
int tar_writer_end_entry(struct tar_writer *writer) MUST_CHECK;

/** Writes the end mark and all that waits. */
int tar_writer_finish(struct tar_writer *writer) MUST_CHECK;

#endif
