/* SPDX-License-Identifier: MIT */
#ifndef TESTS_IMAGE_TAR_BUILDER_H
#define TESTS_IMAGE_TAR_BUILDER_H

#include <stddef.h>
#include <stdint.h>

/*
 * Archives for tests, in memory. Names go in as they are given: hostile ones too.
 *
 *	struct tar *tar = tar_new("gzip");
 *
 *	tar_file(tar, "etc/motd", "hello");
 *	tar_finish(tar);
 *	... tar->bytes, tar->len ...
 *	tar_free(tar);
 */
struct tar {
	struct archive *archive;
	struct archive_entry *entry; /* the next one; tests may set what they like */
	char *bytes;
	size_t len;
	size_t cap;
};

/** @filter: "none", "gzip", "zstd", "xz" or "bzip2". */
struct tar *tar_new(const char *filter);
void tar_free(struct tar *tar);
void tar_finish(struct tar *tar);

void tar_file(struct tar *tar, const char *name, const char *text);
void tar_folder(struct tar *tar, const char *name);
void tar_symlink(struct tar *tar, const char *name, const char *target);
void tar_hard_link(struct tar *tar, const char *name, const char *target);
/** @type: AE_IFCHR, AE_IFBLK or AE_IFIFO. */
void tar_device(struct tar *tar, const char *name, unsigned int type, unsigned int major,
		unsigned int minor);
/** Writes the header of tar->entry as it is, with @text for its content. */
void tar_entry(struct tar *tar, const char *text);

/**
 * Appends a header block of plain ustar that no writer would make, and nothing else.
 *
 * @size: the text of the size field, 12 bytes at most
 */
void tar_raw_header(struct tar *tar, const char *name, char type, const char *size);
void tar_raw(struct tar *tar, const void *bytes, size_t len);

#endif
