/* SPDX-License-Identifier: MIT */
#include "image/archive/tar_writer.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <string.h>

#define BUFFER_SIZE (256 << 10)
#define NAME_FIELD 100
#define PAX_NAME "PaxHeaders/"
#define SPARSE_NAME "GNUSparseFile.0/"
#define OCTAL_7 INT64_C(07777777)
#define OCTAL_11 INT64_C(077777777777)

/* One header as POSIX lays it out: ustar Interchange Format. */
struct ustar {
	char name[NAME_FIELD];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[NAME_FIELD];
	char magic[6];
	char version[2];
	char user[32];
	char group[32];
	char dev_major[8];
	char dev_minor[8];
	char prefix[155];
	char rest[12];
};

_Static_assert(sizeof(struct ustar) == TAR_BLOCK, "a header is one block");

static const char types[] = {
	[TAR_FILE] = '0',	 [TAR_HARD_LINK] = '1',	   [TAR_SYMLINK] = '2',
	[TAR_CHAR_DEVICE] = '3', [TAR_BLOCK_DEVICE] = '4', [TAR_FOLDER] = '5',
	[TAR_FIFO] = '6',
};

int tar_writer_open(struct tar_writer *writer)
{
	writer->buffer = malloc(BUFFER_SIZE);
	return writer->buffer ? 0 : fail_oom(writer->err);
}

void tar_writer_release(struct tar_writer *writer)
{
	free(writer->buffer);
	str_release(&writer->records);
	str_release(&writer->map);
	writer->buffer = NULL;
}

static int flush(struct tar_writer *writer)
{
	int r = writer->used
			? writer->write(writer->data, writer->buffer, writer->used, writer->err)
			: 0;

	writer->used = 0;
	return r;
}

/* NULL stands for zeros. */
static int put(struct tar_writer *writer, const void *bytes, size_t len)
{
	const unsigned char *from = bytes;

	while (len > 0) {
		size_t part;

		if (writer->used == BUFFER_SIZE && flush(writer) < 0)
			return -writer->err->code;
		part = BUFFER_SIZE - writer->used;
		if (part > len)
			part = len;
		if (from) {
			memcpy(writer->buffer + writer->used, from, part);
			from += part;
		} else {
			memset(writer->buffer + writer->used, 0, part);
		}
		writer->used += part;
		len -= part;
	}
	return 0;
}

static size_t padding_of(int64_t size)
{
	return (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK);
}

/* "LEN KEY=VALUE\n", where LEN counts its own digits. */
static void add_record(struct str *records, const char *key, const void *value, size_t len)
{
	const size_t rest = strlen(key) + len + 3;
	size_t total = rest + 1;

	while (total != rest + (size_t)snprintf(NULL, 0, "%zu", total))
		total = rest + (size_t)snprintf(NULL, 0, "%zu", total);
	str_appendf(records, "%zu %s=", total, key);
	str_append_len(records, value, len);
	str_append_char(records, '\n');
}

static void add_number(struct str *records, const char *key, int64_t value)
{
	char text[24];
	const int len = snprintf(text, sizeof(text), "%" PRId64, value);

	add_record(records, key, text, (size_t)len);
}

/* Before 1970 the fraction goes on towards zero: -1.5 is two seconds back and a half forward. */
static void add_time(struct str *records, const struct timespec *time)
{
	int64_t seconds = time->tv_sec;
	long fraction = time->tv_nsec;
	char text[48];
	int len;

	if (seconds < 0 && fraction > 0) {
		seconds++;
		fraction = 1000000000 - fraction;
	}
	len = snprintf(text, sizeof(text), "%s%" PRId64 ".%09ld",
		       time->tv_sec < 0 && seconds == 0 ? "-" : "", seconds, fraction);
	while (text[len - 1] == '0')
		len--;
	if (text[len - 1] == '.')
		len--;
	add_record(records, "mtime", text, (size_t)len);
}

/* The field holds the number, or 0 where a record says it. */
static void set_octal(char *field, size_t size, int64_t value, int64_t max)
{
	(void)snprintf(field, size, "%0*" PRIo64, (int)size - 1,
		       value < 0 || value > max ? 0 : value);
}

static void set_checksum(struct ustar *header)
{
	unsigned int sum = 0;

	memset(header->checksum, ' ', sizeof(header->checksum));
	for (size_t i = 0; i < sizeof(*header); i++)
		sum += ((const unsigned char *)header)[i];
	(void)snprintf(header->checksum, 7, "%06o", sum);
}

static void set_text(char field[NAME_FIELD], const char *text)
{
	memcpy(field, text, strnlen(text, NAME_FIELD));
}

static void fill_header(struct ustar *header, const struct tar_entry *entry, const char *name,
			int64_t size)
{
	*header = (struct ustar) { .type = types[entry->type] };
	set_text(header->name, name);
	if (entry->link)
		set_text(header->link, entry->link);
	set_octal(header->mode, sizeof(header->mode), entry->mode & 07777, OCTAL_7);
	set_octal(header->uid, sizeof(header->uid), entry->uid, OCTAL_7);
	set_octal(header->gid, sizeof(header->gid), entry->gid, OCTAL_7);
	set_octal(header->size, sizeof(header->size), size, OCTAL_11);
	set_octal(header->mtime, sizeof(header->mtime), entry->mtime.tv_sec, OCTAL_11);
	set_octal(header->dev_major, sizeof(header->dev_major), entry->dev_major, OCTAL_7);
	set_octal(header->dev_minor, sizeof(header->dev_minor), entry->dev_minor, OCTAL_7);
	memcpy(header->magic, "ustar", sizeof(header->magic));
	memcpy(header->version, "00", sizeof(header->version));
	set_checksum(header);
}

/* What the header has no place for. */
static void add_records(struct tar_writer *writer, const struct tar_entry *entry, const char *name,
			int64_t size)
{
	struct str *records = &writer->records;

	str_clear(records);
	if (entry->is_sparse) {
		add_number(records, "GNU.sparse.major", 1);
		add_number(records, "GNU.sparse.minor", 0);
		add_record(records, "GNU.sparse.name", entry->name, strlen(entry->name));
		add_number(records, "GNU.sparse.realsize", entry->size);
	} else if (strlen(name) > NAME_FIELD) {
		add_record(records, "path", name, strlen(name));
	}
	if (entry->link && strlen(entry->link) > NAME_FIELD)
		add_record(records, "linkpath", entry->link, strlen(entry->link));
	if (size > OCTAL_11)
		add_number(records, "size", size);
	if (entry->uid > OCTAL_7)
		add_number(records, "uid", entry->uid);
	if (entry->gid > OCTAL_7)
		add_number(records, "gid", entry->gid);
	if (entry->mtime.tv_nsec || entry->mtime.tv_sec < 0 || entry->mtime.tv_sec > OCTAL_11)
		add_time(records, &entry->mtime);
	for (size_t i = 0; i < entry->xattr_count; i++) {
		autostr key = STR_INIT;

		str_appendf(&key, "SCHILY.xattr.%s", entry->xattrs[i].name);
		if (key.failed)
			records->failed = true;
		else
			add_record(records, key.data, entry->xattrs[i].value, entry->xattrs[i].len);
	}
}

static int put_records(struct tar_writer *writer, const char *name)
{
	const struct tar_entry entry = { .type = TAR_FILE, .mode = 0644 };
	char pax_name[NAME_FIELD + 1];
	struct ustar header;
	int r;

	if (writer->records.len == 0)
		return 0;
	(void)snprintf(pax_name, sizeof(pax_name), PAX_NAME "%s", name);
	fill_header(&header, &entry, pax_name, (int64_t)writer->records.len);
	header.type = 'x';
	set_checksum(&header);
	r = put(writer, &header, sizeof(header));
	if (r == 0)
		r = put(writer, writer->records.data, writer->records.len);
	return r == 0 ? put(writer, NULL, padding_of((int64_t)writer->records.len)) : r;
}

/* Which bytes follow: GNU tar manual, "Storing Sparse Files", PAX format 1.0. */
static int64_t make_map(struct tar_writer *writer, const struct tar_entry *entry)
{
	struct str *map = &writer->map;
	int64_t stored = 0;

	str_clear(map);
	str_appendf(map, "%zu\n", entry->extent_count);
	for (size_t i = 0; i < entry->extent_count; i++) {
		str_appendf(map, "%" PRId64 "\n%" PRId64 "\n", entry->extents[i].offset,
			    entry->extents[i].size);
		stored += entry->extents[i].size;
	}
	while (!map->failed && map->len % TAR_BLOCK)
		str_append_char(map, '\0');
	return stored;
}

/* A folder's name ends in a slash, as old readers expect. */
static int name_of(const struct tar_entry *entry, struct str *out)
{
	if (entry->is_sparse)
		str_append(out, SPARSE_NAME);
	str_append(out, entry->name);
	if (entry->type == TAR_FOLDER && !str_ends_with(entry->name, "/"))
		str_append_char(out, '/');
	return out->failed ? -1 : 0;
}

int tar_writer_entry(struct tar_writer *writer, const struct tar_entry *entry)
{
	autostr name = STR_INIT;
	struct ustar header;
	int64_t content = entry->type == TAR_FILE ? entry->size : 0;
	int64_t size = content;
	int r;

	if (name_of(entry, &name) < 0)
		return fail_oom(writer->err);
	if (entry->is_sparse) {
		content = make_map(writer, entry);
		size = content + (int64_t)writer->map.len;
	}
	add_records(writer, entry, name.data, size);
	if (writer->records.failed || writer->map.failed)
		return fail_oom(writer->err);
	fill_header(&header, entry, name.data, size);
	r = put_records(writer, name.data);
	if (r == 0)
		r = put(writer, &header, sizeof(header));
	if (r == 0 && entry->is_sparse)
		r = put(writer, writer->map.data, writer->map.len);
	writer->left = content;
	writer->padding = padding_of(content);
	return r;
}

int tar_writer_claim(struct tar_writer *writer, unsigned char **ret_at, size_t *ret_room)
{
	size_t room;

	if (writer->used == BUFFER_SIZE && flush(writer) < 0)
		return -writer->err->code;
	room = BUFFER_SIZE - writer->used;
	*ret_at = writer->buffer + writer->used;
	*ret_room = writer->left < (int64_t)room ? (size_t)writer->left : room;
	return 0;
}

void tar_writer_commit(struct tar_writer *writer, size_t len)
{
	writer->used += len;
	writer->left -= (int64_t)len;
}

int tar_writer_end_entry(struct tar_writer *writer)
{
	while (writer->left > 0) {
		size_t part = writer->left < BUFFER_SIZE ? (size_t)writer->left : BUFFER_SIZE;
		int r = put(writer, NULL, part);

		if (r < 0)
			return r;
		writer->left -= (int64_t)part;
	}
	return put(writer, NULL, writer->padding);
}

int tar_writer_finish(struct tar_writer *writer)
{
	int r = put(writer, NULL, (size_t)2 * TAR_BLOCK);

	return r == 0 ? flush(writer) : r;
}
