/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_TAR_H
#define IMAGE_ARCHIVE_TAR_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

/*
 * Reading a tar: ustar, pax and GNU, as POSIX pax(1) and the GNU tar manual ("Basic Tar Format",
 * "Storing Sparse Files") describe them. Names are bytes: no character set is converted. The bytes
 * come in pieces of any size, and are handed on without being copied.
 *
 * What only a header can say (links, devices, folders) has no content, whatever its size field says,
 * as in Go's archive/tar, which writes and reads most layers.
 */

#define TAR_BLOCK 512
#define TAR_NAME_MAX (1 << 20) /* bytes of one extended header */

enum tar_type {
	TAR_FILE,
	TAR_HARD_LINK,
	TAR_SYMLINK,
	TAR_CHAR_DEVICE,
	TAR_BLOCK_DEVICE,
	TAR_FOLDER,
	TAR_FIFO,
};

struct tar_xattr {
	const char *name;
	const void *value;
	size_t len;
};

/* Bytes of a sparse file that are stored; what lies between them is a hole. */
struct tar_extent {
	int64_t offset;
	int64_t size;
};

/* All pointers belong to the reader and are valid until the next entry. */
struct tar_entry {
	enum tar_type type;
	const char *name;
	const char *link;      /* of links: their target */
	int64_t size;	       /* of the file, holes included */
	int64_t stored;	       /* bytes of content in the tar */
	int64_t data_offset;   /* of the content, from the start of the tar */
	int64_t header_offset; /* of the first header that describes the entry */
	mode_t mode;	       /* permission bits, setuid and sticky */
	int64_t uid;
	int64_t gid;
	struct timespec mtime; /* valid for utimensat(2) */
	unsigned int dev_major;
	unsigned int dev_minor;
	const struct tar_xattr *xattrs;
	size_t xattr_count;
	bool is_sparse;
	const struct tar_extent *extents; /* in order, only of a sparse file */
	size_t extent_count;
};

/**
 * Gives the next bytes of a tar. Returns their number, 0 at the end, -1 when they cannot be read;
 * they stay valid until the next call.
 */
typedef ssize_t tar_read_function(void *data, const unsigned char **ret_bytes);

struct tar_reader;

/** Opens a reader of the bytes that @read gives. Errors: OUT_OF_MEMORY. */
int tar_open(tar_read_function *read, void *data, struct tar_reader **ret_reader,
	     struct containr_error *err) MUST_CHECK;
void tar_close(struct tar_reader *reader);

/**
 * Goes to the next entry, past what was not read of the one before.
 *
 * Returns 1, or 0 at the end mark, or the negated code. The bytes must end with the mark: a tar
 * that was cut off between two entries is refused as well as one that was cut off within.
 * Errors: INVALID_ARCHIVE names the byte; IO when the bytes cannot be read.
 */
int tar_next(struct tar_reader *reader, const struct tar_entry **ret_entry,
	     struct containr_error *err) MUST_CHECK;

/**
 * Gives the next piece of the entry's stored content: as much as the source has at hand, but no more
 * than @max bytes; *ret_len is 0 at its end.
 */
int tar_read(struct tar_reader *reader, int64_t max, const unsigned char **ret_bytes,
	     size_t *ret_len, struct containr_error *err) MUST_CHECK;

static inline void tar_cleanup(struct tar_reader **reader)
{
	tar_close(*reader);
}

#define autotar __attribute__((cleanup(tar_cleanup))) struct tar_reader

#endif
