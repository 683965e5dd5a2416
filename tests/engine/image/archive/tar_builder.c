/* SPDX-License-Identifier: MIT */
#include "tar_builder.h"

#include "image/archive/locale.h"

#include <archive.h>
#include <archive_entry.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MTIME 1000000000
#define MTIME_NS 123456789

void tar_raw(struct tar *tar, const void *bytes, size_t len)
{
	if (tar->len + len > tar->cap) {
		tar->cap = (tar->len + len) * 2;
		tar->bytes = realloc(tar->bytes, tar->cap);
		assert_non_null(tar->bytes);
	}
	memcpy(tar->bytes + tar->len, bytes, len);
	tar->len += len;
}

static ssize_t collect(struct archive *archive, void *data, const void *bytes, size_t len)
{
	(void)archive;
	tar_raw(data, bytes, len);
	return (ssize_t)len;
}

struct tar *tar_new(const char *filter)
{
	struct tar *tar = calloc(1, sizeof(*tar));

	assert_non_null(tar);
	tar->archive = archive_write_new();
	tar->entry = archive_entry_new();
	assert_int_equal(archive_write_set_format_pax(tar->archive), ARCHIVE_OK);
	if (strcmp(filter, "none") != 0)
		assert_int_equal(archive_write_add_filter_by_name(tar->archive, filter),
				 ARCHIVE_OK);
	(void)archive_write_set_bytes_per_block(tar->archive, 0);
	assert_int_equal(archive_write_open(tar->archive, tar, NULL, collect, NULL), ARCHIVE_OK);
	return tar;
}

void tar_free(struct tar *tar)
{
	archive_entry_free(tar->entry);
	(void)archive_write_free(tar->archive);
	free(tar->bytes);
	free(tar);
}

void tar_finish(struct tar *tar)
{
	assert_int_equal(archive_write_close(tar->archive), ARCHIVE_OK);
}

static void begin(struct tar *tar, const char *name, unsigned int type, unsigned int mode)
{
	archive_entry_clear(tar->entry);
	archive_entry_copy_pathname(tar->entry, name);
	archive_entry_set_filetype(tar->entry, type);
	archive_entry_set_perm(tar->entry, mode);
	archive_entry_set_uid(tar->entry, 1000);
	archive_entry_set_gid(tar->entry, 1001);
	archive_entry_set_mtime(tar->entry, MTIME, MTIME_NS);
}

void tar_entry(struct tar *tar, const char *text)
{
	autolocale locale_t locale = locale_use_utf8();

	(void)locale;
	archive_entry_set_size(tar->entry, (int64_t)strlen(text));
	if (archive_write_header(tar->archive, tar->entry) < ARCHIVE_WARN)
		fail_msg("%s", archive_error_string(tar->archive));
	assert_int_equal(archive_write_data(tar->archive, text, strlen(text)), strlen(text));
}

void tar_file(struct tar *tar, const char *name, const char *text)
{
	begin(tar, name, AE_IFREG, 0640);
	tar_entry(tar, text);
}

void tar_folder(struct tar *tar, const char *name)
{
	begin(tar, name, AE_IFDIR, 0750);
	tar_entry(tar, "");
}

void tar_symlink(struct tar *tar, const char *name, const char *target)
{
	begin(tar, name, AE_IFLNK, 0777);
	archive_entry_copy_symlink(tar->entry, target);
	tar_entry(tar, "");
}

void tar_hard_link(struct tar *tar, const char *name, const char *target)
{
	begin(tar, name, AE_IFREG, 0640);
	archive_entry_copy_hardlink(tar->entry, target);
	tar_entry(tar, "");
}

void tar_device(struct tar *tar, const char *name, unsigned int type, unsigned int major,
		unsigned int minor)
{
	begin(tar, name, type, 0620);
	archive_entry_set_rdevmajor(tar->entry, major);
	archive_entry_set_rdevminor(tar->entry, minor);
	tar_entry(tar, "");
}

void tar_raw_header(struct tar *tar, const char *name, char type, const char *size)
{
	unsigned char block[512] = { 0 };
	unsigned int sum = 0;

	(void)snprintf((char *)block, 100, "%s", name);
	(void)snprintf((char *)block + 100, 8, "%07o", 0644u);
	(void)snprintf((char *)block + 108, 8, "%07o", 0u);
	(void)snprintf((char *)block + 116, 8, "%07o", 0u);
	memcpy(block + 124, size, strnlen(size, 12));
	(void)snprintf((char *)block + 136, 12, "%011o", 0u);
	block[156] = (unsigned char)type;
	memcpy(block + 257,
	       "ustar\0"
	       "00",
	       8);
	memset(block + 148, ' ', 8);
	for (size_t i = 0; i < sizeof(block); i++)
		sum += block[i];
	(void)snprintf((char *)block + 148, 8, "%06o", sum);
	tar_raw(tar, block, sizeof(block));
}
