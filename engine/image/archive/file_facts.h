/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_FILE_FACTS_H
#define IMAGE_ARCHIVE_FILE_FACTS_H

#include "base/str.h"
#include "image/archive/tar.h"

#include <sys/stat.h>

/*
 * What a tar says of a file beside its inode: attributes and holes. The memory is used again for the next
 * file; what was told of the last one is then no longer valid. All zero is an empty one.
 */
struct file_facts {
	char *bytes;	   /* names of attributes, then values */
	struct strv keys;  /* that are kept */
	struct str values; /* of these, one after the other */
	struct tar_xattr *xattrs;
	size_t xattr_cap;
	struct tar_extent *extents;
	size_t extent_cap;
};

void file_facts_release(struct file_facts *facts);

/**
 * Fills in the extended attributes that a layer keeps (image/archive/xattr.h), in the order of their
 * names: file systems have orders of their own.
 *
 * @fd: open for reading
 */
int file_facts_attributes(struct file_facts *facts, int fd, struct tar_entry *entry,
			  struct containr_error *err) MUST_CHECK;

/** Fills in where the data of a file lies, if it has holes; the last extent ends where the file does. */
int file_facts_holes(struct file_facts *facts, int fd, const struct stat *info,
		     struct tar_entry *entry, struct containr_error *err) MUST_CHECK;

#endif
