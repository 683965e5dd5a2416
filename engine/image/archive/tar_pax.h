/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_TAR_PAX_H
#define IMAGE_ARCHIVE_TAR_PAX_H

#include "base/str.h"
#include "image/archive/tar.h"

/*
 * What the extended headers before an entry say (pax: POSIX pax(1), "pax Header Block"; GNU: long
 * names). Everything is copied, as headers come before what they describe.
 */

/* Which fields of a pax header were given. */
enum pax_field {
	PAX_SIZE = 1 << 0,
	PAX_UID = 1 << 1,
	PAX_GID = 1 << 2,
	PAX_MTIME = 1 << 3,
	PAX_REAL_SIZE = 1 << 4,
	PAX_SPARSE = 1 << 5,   /* extents hold the map */
	PAX_SPARSE_1 = 1 << 6, /* the map is at the start of the content (GNU, version 1.0) */
};

struct pax {
	unsigned int fields;
	struct str name;
	struct str link;
	struct str sparse_name; /* the name of a sparse file; `name` is then made up */
	int64_t size;
	int64_t real_size;
	int64_t uid;
	int64_t gid;
	struct timespec mtime;
	struct str xattr_bytes; /* name NUL value, one after the other */
	struct pax_xattr {
		size_t name;
		size_t value; /* offsets in xattr_bytes */
		size_t len;
	} * xattrs;
	size_t xattr_count;
	size_t xattr_cap;
	struct tar_extent *extents;
	size_t extent_count;
	size_t extent_cap;
	int64_t pending_offset; /* of a pair offset, numbytes (GNU, version 0.0) */
};

void pax_release(struct pax *pax);
/** Forgets everything and keeps the memory. */
void pax_clear(struct pax *pax);

/**
 * Takes the records of one pax header in.
 *
 * Errors: INVALID_ARCHIVE names the record; OUT_OF_MEMORY.
 */
int pax_parse(struct pax *pax, const char *bytes, size_t len,
	      struct containr_error *err) MUST_CHECK;

/** Adds a stored part of a sparse file. Errors: INVALID_ARCHIVE when it is out of order. */
int pax_add_extent(struct pax *pax, int64_t offset, int64_t size,
		   struct containr_error *err) MUST_CHECK;

/** Reads decimal digits from @text up to @len or another byte; -1 when it is no number. */
int64_t pax_number(const char *text, size_t len, size_t *ret_used);

#endif
