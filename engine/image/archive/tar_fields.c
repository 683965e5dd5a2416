/* SPDX-License-Identifier: MIT */
#include "image/archive/tar_reader.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MAGIC_POSIX "ustar\0"
#define MAGIC_GNU "ustar  "
int64_t tar_number(const char *field, size_t size)
{
	const unsigned char *bytes = (const unsigned char *)field;
	int64_t value = 0;
	size_t i = 0;

	if (bytes[0] & 0x80) {
		value = bytes[0] & 0x40 ? -1 : 0;
		value = value * 64 + (bytes[0] & 0x3f);
		for (i = 1; i < size; i++)
			if (__builtin_mul_overflow(value, 256, &value) ||
			    __builtin_add_overflow(value, bytes[i], &value))
				return -1;
		return value;
	}
	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		if (__builtin_mul_overflow(value, 8, &value) ||
		    __builtin_add_overflow(value, field[i] - '0', &value))
			return -1;
	return i == size || field[i] == '\0' || field[i] == ' ' ? value : -1;
}

/* Some old writers added the bytes as signed ones. */
bool tar_checksum_is_right(const struct tar_header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	int64_t expected = tar_number(header->checksum, sizeof(header->checksum));
	const size_t start = offsetof(struct tar_header, checksum);
	int64_t sum = 0;
	int64_t signed_sum = 0;

	for (size_t i = 0; i < sizeof(*header); i++) {
		bool is_sum = i >= start && i < start + sizeof(header->checksum);

		sum += is_sum ? ' ' : bytes[i];
		signed_sum += is_sum ? ' ' : (signed char)bytes[i];
	}
	return expected == sum || expected == signed_sum;
}

bool tar_is_zero(const struct tar_header *header)
{
	const char *bytes = (const char *)header;

	return bytes[0] == '\0' && memcmp(bytes, bytes + 1, sizeof(*header) - 1) == 0;
}

static int set_name(struct tar_reader *reader, struct containr_error *err)
{
	const struct tar_header *header = &reader->header;
	const struct pax *pax = &reader->pax;
	struct str *name = &reader->name;

	str_clear(name);
	if (pax->sparse_name.len > 0) {
		str_append(name, pax->sparse_name.data);
	} else if (pax->name.len > 0) {
		str_append(name, pax->name.data);
	} else {
		if (memcmp(header->magic, MAGIC_POSIX, sizeof(MAGIC_POSIX) - 1) == 0 &&
		    header->rest.prefix[0])
			str_appendf(name, "%.*s/", (int)sizeof(header->rest.prefix),
				    header->rest.prefix);
		str_appendf(name, "%.*s", (int)sizeof(header->name), header->name);
	}
	str_clear(&reader->link);
	if (pax->link.len > 0)
		str_append(&reader->link, pax->link.data);
	else
		str_appendf(&reader->link, "%.*s", (int)sizeof(header->link), header->link);
	return name->failed || reader->link.failed ? fail_oom(err) : 0;
}

static int set_type(struct tar_reader *reader, struct containr_error *err)
{
	struct tar_entry *entry = &reader->entry;

	switch (reader->header.type) {
	case '\0': /* before POSIX a folder was what ends with a slash */
	case '0':
		entry->type = reader->header.type == '\0' && str_ends_with(reader->name.data, "/")
				      ? TAR_FOLDER
				      : TAR_FILE;
		return 0;
	case '7':
	case 'S':
		entry->type = TAR_FILE;
		return 0;
	case '1':
		entry->type = TAR_HARD_LINK;
		return 0;
	case '2':
		entry->type = TAR_SYMLINK;
		return 0;
	case '3':
		entry->type = TAR_CHAR_DEVICE;
		return 0;
	case '4':
		entry->type = TAR_BLOCK_DEVICE;
		return 0;
	case '5':
		entry->type = TAR_FOLDER;
		return 0;
	case '6':
		entry->type = TAR_FIFO;
		return 0;
	default:
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%.300s' is of an unknown type",
			    reader->name.data);
	}
}

static int fail_number(const struct tar_reader *reader, const char *what,
		       struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE,
		    "entry at byte %" PRId64 ": the %s of '%.300s' "
		    "is out of range",
		    reader->entry.header_offset, what, reader->name.data);
}

/* (uid_t)-1 would mean "do not change" to chown(2). */
static bool is_id(int64_t id)
{
	return id >= 0 && id < UINT32_MAX;
}

static int set_numbers(struct tar_reader *reader, struct containr_error *err)
{
	const struct tar_header *header = &reader->header;
	const struct pax *pax = &reader->pax;
	struct tar_entry *entry = &reader->entry;
	int64_t mode = tar_number(header->mode, sizeof(header->mode));

	entry->uid = pax->fields & PAX_UID ? pax->uid : tar_number(header->uid, 8);
	entry->gid = pax->fields & PAX_GID ? pax->gid : tar_number(header->gid, 8);
	if (!is_id(entry->uid) || !is_id(entry->gid))
		return fail_number(reader, "owner", err);
	if (mode < 0)
		return fail_number(reader, "mode", err);
	entry->mode = (mode_t)mode & 07777;
	entry->mtime = (struct timespec) { .tv_sec = tar_number(header->mtime, 12) };
	if (pax->fields & PAX_MTIME)
		entry->mtime = pax->mtime;
	entry->stored = pax->fields & PAX_SIZE ? pax->size : tar_number(header->size, 12);
	if (entry->type != TAR_FILE)
		entry->stored = 0;
	if (entry->stored < 0 || entry->stored > TAR_FILE_MAX)
		return fail_number(reader, "size", err);
	entry->size = entry->stored;
	entry->dev_major = 0;
	entry->dev_minor = 0;
	if (entry->type == TAR_CHAR_DEVICE || entry->type == TAR_BLOCK_DEVICE) {
		entry->dev_major = (unsigned int)tar_number(header->dev_major, 8);
		entry->dev_minor = (unsigned int)tar_number(header->dev_minor, 8);
	}
	return 0;
}

static int set_xattrs(struct tar_reader *reader, struct containr_error *err)
{
	const struct pax *pax = &reader->pax;

	if (pax->xattr_count > reader->xattr_cap) {
		struct tar_xattr *xattrs =
			reallocarray(reader->xattrs, pax->xattr_count, sizeof(*xattrs));

		if (!xattrs)
			return fail_oom(err);
		reader->xattrs = xattrs;
		reader->xattr_cap = pax->xattr_count;
	}
	for (size_t i = 0; i < pax->xattr_count; i++)
		reader->xattrs[i] = (struct tar_xattr) {
			.name = pax->xattr_bytes.data + pax->xattrs[i].name,
			.value = pax->xattr_bytes.data + pax->xattrs[i].value,
			.len = pax->xattrs[i].len,
		};
	reader->entry.xattrs = reader->xattrs;
	reader->entry.xattr_count = pax->xattr_count;
	return 0;
}

int tar_describe(struct tar_reader *reader, struct containr_error *err)
{
	int r = set_name(reader, err);

	if (r == 0)
		r = set_type(reader, err);
	if (r == 0)
		r = set_numbers(reader, err);
	return r == 0 ? set_xattrs(reader, err) : r;
}
