/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_TAR_READER_H
#define IMAGE_ARCHIVE_TAR_READER_H

#include "image/archive/tar_pax.h"

/* The inside of the reader: for tar.c, tar_fields.c and tar_sparse.c. */

/* A header as it lies in the tar (POSIX pax(1), "ustar Interchange Format"). */
struct tar_header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8]; /* with the version */
	char user[32];
	char group[32];
	char dev_major[8];
	char dev_minor[8];
	union {
		char prefix[155];
		struct {
			char times[41];
			struct tar_sparse_field {
				char offset[12];
				char size[12];
			} sparse[4];
			char is_extended;
			char real_size[12];
		} gnu;
	} rest;
	char pad[12];
};
_Static_assert(sizeof(struct tar_header) == TAR_BLOCK, "a header is one block");

/* The block that goes on with an old GNU sparse map. */
struct tar_sparse_block {
	struct tar_sparse_field sparse[21];
	char is_extended;
	char pad[7];
};
_Static_assert(sizeof(struct tar_sparse_block) == TAR_BLOCK, "a map's block is one block");

#define TAR_FILE_MAX (INT64_C(1) << 40)

struct tar_reader {
	tar_read_function *read;
	void *data;
	const unsigned char *at; /* of the source's last piece */
	size_t left;
	int64_t offset;	 /* of `at` in the tar */
	int64_t content; /* bytes of the entry's content that are still to come */
	int64_t padding; /* bytes behind them */
	bool ended;
	struct tar_header header; /* the entry's own, the last of its headers */
	struct str long_bytes;	  /* of the extended header that is being read */
	struct str name;
	struct str link;
	struct pax pax;
	struct tar_xattr *xattrs;
	size_t xattr_cap;
	struct tar_entry entry;
};

/** Copies exactly @len bytes. Returns 1, or 0 where the source ended before the first of them. */
int tar_copy(struct tar_reader *reader, void *buffer, size_t len,
	     struct containr_error *err) MUST_CHECK;
int tar_skip(struct tar_reader *reader, int64_t len, struct containr_error *err) MUST_CHECK;

int tar_fail_cut_off(const struct tar_reader *reader, struct containr_error *err);
int tar_fail_damaged(const struct tar_reader *reader, const char *problem,
		     struct containr_error *err);

/** Octal digits between blanks, or, where they do not suffice, base 256 (GNU); -1 for neither. */
int64_t tar_number(const char *field, size_t size);
bool tar_checksum_is_right(const struct tar_header *header);
bool tar_is_zero(const struct tar_header *header);

/** Fills the entry from its headers. Errors: INVALID_ARCHIVE, OUT_OF_MEMORY. */
int tar_describe(struct tar_reader *reader, struct containr_error *err) MUST_CHECK;

/** Reads the map of a sparse file, wherever it is. Errors: INVALID_ARCHIVE, OUT_OF_MEMORY, IO. */
int tar_set_holes(struct tar_reader *reader, struct containr_error *err) MUST_CHECK;

/* Content is filled up to a whole block. */
static inline int64_t tar_padding(int64_t size)
{
	return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

#endif
