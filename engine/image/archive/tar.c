/* SPDX-License-Identifier: MIT */
#include "image/archive/tar.h"

#include "base/cleanup.h"
#include "image/archive/tar_pax.h"

#include <inttypes.h>
#include <string.h>

/* A header as it lies in the tar (POSIX pax(1), "ustar Interchange Format"). */
struct header {
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
			struct sparse_field {
				char offset[12];
				char size[12];
			} sparse[4];
			char is_extended;
			char real_size[12];
		} gnu;
	} rest;
	char pad[12];
};
_Static_assert(sizeof(struct header) == TAR_BLOCK, "a header is one block");

/* The block that goes on with an old GNU sparse map. */
struct sparse_block {
	struct sparse_field sparse[21];
	char is_extended;
	char pad[7];
};
_Static_assert(sizeof(struct sparse_block) == TAR_BLOCK, "a map's block is one block");

#define MAGIC_POSIX "ustar\0"
#define MAGIC_GNU "ustar  "
#define SIZE_MAX_FILE (INT64_C(1) << 40)

struct tar_reader {
	tar_read_function *read;
	void *data;
	const unsigned char *at; /* of the source's last piece */
	size_t left;
	int64_t offset;	 /* of `at` in the tar */
	int64_t content; /* bytes of the entry's content that are still to come */
	int64_t padding; /* bytes behind them */
	bool ended;
	struct header header;
	struct str long_bytes; /* of the extended header that is being read */
	struct str name;
	struct str link;
	struct pax pax;
	struct tar_xattr *xattrs;
	size_t xattr_cap;
	struct tar_entry entry;
};

int tar_open(tar_read_function *read, void *data, struct tar_reader **ret_reader,
	     struct containr_error *err)
{
	struct tar_reader *reader = calloc(1, sizeof(*reader));

	if (!reader)
		return fail_oom(err);
	reader->read = read;
	reader->data = data;
	*ret_reader = reader;
	return 0;
}

void tar_close(struct tar_reader *reader)
{
	if (!reader)
		return;
	str_release(&reader->long_bytes);
	str_release(&reader->name);
	str_release(&reader->link);
	pax_release(&reader->pax);
	free(reader->xattrs);
	free(reader);
}

/* Makes `left` more than 0, or leaves it 0 at the end of the source. */
static int fill(struct tar_reader *reader, struct containr_error *err)
{
	ssize_t len;

	if (reader->left > 0 || reader->ended)
		return 0;
	len = reader->read(reader->data, &reader->at);
	if (len < 0)
		return fail(err, CONTAINR_E_IO, "the archive cannot be read");
	reader->left = (size_t)len;
	reader->ended = len == 0;
	return 0;
}

static void take(struct tar_reader *reader, size_t len)
{
	reader->at += len;
	reader->left -= len;
	reader->offset += (int64_t)len;
}

static int fail_cut_off(const struct tar_reader *reader, struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the archive is cut off after '%.200s'",
		    reader->name.data ? reader->name.data : "");
}

static int fail_damaged(const struct tar_reader *reader, const char *problem,
			struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE,
		    "the archive is damaged at byte %" PRId64 ": %s", reader->entry.header_offset,
		    problem);
}

/* Copies exactly @len bytes. Returns 1, or 0 where the source ended before the first of them. */
static int copy_bytes(struct tar_reader *reader, void *buffer, size_t len,
		      struct containr_error *err)
{
	size_t got = 0;

	while (got < len) {
		size_t part;
		int r = fill(reader, err);

		if (r < 0)
			return r;
		if (reader->left == 0)
			return got == 0 ? 0 : fail_cut_off(reader, err);
		part = len - got < reader->left ? len - got : reader->left;
		memcpy((unsigned char *)buffer + got, reader->at, part);
		take(reader, part);
		got += part;
	}
	return 1;
}

static int skip(struct tar_reader *reader, int64_t len, struct containr_error *err)
{
	while (len > 0) {
		size_t part;
		int r = fill(reader, err);

		if (r < 0)
			return r;
		if (reader->left == 0)
			return fail_cut_off(reader, err);
		part = len < (int64_t)reader->left ? (size_t)len : reader->left;
		take(reader, part);
		len -= (int64_t)part;
	}
	return 0;
}

/* Octal digits between blanks, or, where they do not suffice, base 256 (GNU); -1 for neither. */
static int64_t parse_number(const char *field, size_t size)
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
static bool checksum_is_right(const struct header *header)
{
	const unsigned char *bytes = (const unsigned char *)header;
	int64_t expected = parse_number(header->checksum, sizeof(header->checksum));
	const size_t start = offsetof(struct header, checksum);
	int64_t sum = 0;
	int64_t signed_sum = 0;

	for (size_t i = 0; i < sizeof(*header); i++) {
		bool is_sum = i >= start && i < start + sizeof(header->checksum);

		sum += is_sum ? ' ' : bytes[i];
		signed_sum += is_sum ? ' ' : (signed char)bytes[i];
	}
	return expected == sum || expected == signed_sum;
}

static bool is_zero(const struct header *header)
{
	const char *bytes = (const char *)header;

	return bytes[0] == '\0' && memcmp(bytes, bytes + 1, sizeof(*header) - 1) == 0;
}

/* Reads the next header. Returns 1, or 0 at the end mark. */
static int read_header(struct tar_reader *reader, struct containr_error *err)
{
	int64_t offset = reader->offset;
	int r = copy_bytes(reader, &reader->header, sizeof(reader->header), err);

	if (r < 0)
		return r;
	if (r == 0 && offset == 0)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "this is no tar archive: it is empty");
	if (r == 0) {
		(void)fail_cut_off(reader, err);
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive is cut off after '%.200s': it has no end mark",
			    reader->name.data ? reader->name.data : "");
	}
	if (is_zero(&reader->header)) {
		/* the second block of the mark: what else is there was meant for somebody else */
		r = copy_bytes(reader, &reader->header, sizeof(reader->header), err);
		if (r == 1 && !is_zero(&reader->header))
			return fail_damaged(reader, "there is more behind a block of zeros", err);
		return r < 0 ? r : 0;
	}
	if (!checksum_is_right(&reader->header) && offset == 0)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "this is no tar archive: its first header is none");
	if (!checksum_is_right(&reader->header))
		return fail_damaged(reader, "the header's checksum is wrong", err);
	return 1;
}

static int64_t padding_of(int64_t size)
{
	return (TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK;
}

/* Reads the content of an extended header. */
static int read_long(struct tar_reader *reader, struct containr_error *err)
{
	int64_t size = parse_number(reader->header.size, sizeof(reader->header.size));
	struct str *bytes = &reader->long_bytes;

	if (size < 0 || size > TAR_NAME_MAX)
		return fail_damaged(reader, "an extended header is larger than 1 MiB", err);
	str_clear(bytes);
	str_append_len(bytes, "", 0);
	while ((int64_t)bytes->len < size && !bytes->failed) {
		size_t wanted = (size_t)size - bytes->len;
		int r = fill(reader, err);

		if (r < 0)
			return r;
		if (reader->left == 0)
			return fail_cut_off(reader, err);
		if (wanted > reader->left)
			wanted = reader->left;
		str_append_len(bytes, (const char *)reader->at, wanted);
		take(reader, wanted);
	}
	if (bytes->failed)
		return fail_oom(err);
	return skip(reader, padding_of(size), err);
}

static int read_pax(struct tar_reader *reader, struct containr_error *err)
{
	int r = read_long(reader, err);

	if (r == 0)
		r = pax_parse(&reader->pax, reader->long_bytes.data, reader->long_bytes.len, err);
	return r < 0 ? fail_prefix(err, "header at byte %" PRId64, reader->entry.header_offset) : 0;
}

/* GNU's long names end with a NUL that counts. */
static int read_long_name(struct tar_reader *reader, struct str *name, struct containr_error *err)
{
	int r = read_long(reader, err);

	if (r < 0)
		return r;
	str_clear(name);
	str_append(name, reader->long_bytes.data);
	return name->failed ? fail_oom(err) : 0;
}

/*
 * Reads the headers before an entry, up to the one that is its own. A global header would speak for
 * all that follows; as docker does, it is passed over: git archive notes its commit there.
 */
static int read_headers(struct tar_reader *reader, struct containr_error *err)
{
	int r;

	pax_clear(&reader->pax);
	reader->entry.header_offset = reader->offset;
	while ((r = read_header(reader, err)) == 1) {
		switch (reader->header.type) {
		case 'x':
		case 'X':
			r = read_pax(reader, err);
			break;
		case 'L':
			r = read_long_name(reader, &reader->pax.name, err);
			break;
		case 'K':
			r = read_long_name(reader, &reader->pax.link, err);
			break;
		case 'g':
		case 'V': /* the name of a tape */
			r = read_long(reader, err);
			break;
		default:
			return 1;
		}
		if (r < 0)
			return r;
	}
	return r;
}

static int set_name(struct tar_reader *reader, struct containr_error *err)
{
	const struct header *header = &reader->header;
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
	const struct header *header = &reader->header;
	const struct pax *pax = &reader->pax;
	struct tar_entry *entry = &reader->entry;
	int64_t mode = parse_number(header->mode, sizeof(header->mode));

	entry->uid = pax->fields & PAX_UID ? pax->uid : parse_number(header->uid, 8);
	entry->gid = pax->fields & PAX_GID ? pax->gid : parse_number(header->gid, 8);
	if (!is_id(entry->uid) || !is_id(entry->gid))
		return fail_number(reader, "owner", err);
	if (mode < 0)
		return fail_number(reader, "mode", err);
	entry->mode = (mode_t)mode & 07777;
	entry->mtime = (struct timespec) { .tv_sec = parse_number(header->mtime, 12) };
	if (pax->fields & PAX_MTIME)
		entry->mtime = pax->mtime;
	entry->stored = pax->fields & PAX_SIZE ? pax->size : parse_number(header->size, 12);
	if (entry->type != TAR_FILE)
		entry->stored = 0;
	if (entry->stored < 0 || entry->stored > SIZE_MAX_FILE)
		return fail_number(reader, "size", err);
	entry->size = entry->stored;
	entry->dev_major = 0;
	entry->dev_minor = 0;
	if (entry->type == TAR_CHAR_DEVICE || entry->type == TAR_BLOCK_DEVICE) {
		entry->dev_major = (unsigned int)parse_number(header->dev_major, 8);
		entry->dev_minor = (unsigned int)parse_number(header->dev_minor, 8);
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

/* An unused pair is empty; the map may go on in blocks of its own. */
static int add_fields(struct tar_reader *reader, const struct sparse_field *fields, size_t count,
		      struct containr_error *err)
{
	for (size_t i = 0; i < count && fields[i].offset[0] != '\0'; i++) {
		int r = pax_add_extent(&reader->pax, parse_number(fields[i].offset, 12),
				       parse_number(fields[i].size, 12), err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int read_old_map(struct tar_reader *reader, struct containr_error *err)
{
	struct sparse_block block;
	char is_extended = reader->header.rest.gnu.is_extended;
	int r = add_fields(reader, reader->header.rest.gnu.sparse, 4, err);

	reader->pax.real_size = parse_number(reader->header.rest.gnu.real_size, 12);
	reader->pax.fields |= PAX_SPARSE | PAX_REAL_SIZE;
	while (r == 0 && is_extended) {
		r = copy_bytes(reader, &block, sizeof(block), err);
		if (r == 0)
			return fail_cut_off(reader, err);
		if (r == 1)
			r = add_fields(reader, block.sparse, ARRAY_LEN(block.sparse), err);
		is_extended = block.is_extended;
	}
	return r;
}

/* Reads one number of a map that stands in the content, a line each. */
static int read_map_line(struct tar_reader *reader, int64_t *used, int64_t *ret_value,
			 struct containr_error *err)
{
	char digits[24];
	size_t len = 0;
	size_t parsed;

	for (;;) {
		int r;

		if (*used >= reader->entry.stored || len == sizeof(digits))
			return fail_damaged(reader, "the map of holes is damaged", err);
		r = copy_bytes(reader, &digits[len], 1, err);
		if (r <= 0)
			return r < 0 ? r : fail_cut_off(reader, err);
		(*used)++;
		if (digits[len] == '\n')
			break;
		len++;
	}
	*ret_value = pax_number(digits, len, &parsed);
	if (*ret_value < 0 || parsed != len)
		return fail_damaged(reader, "the map of holes is damaged", err);
	return 0;
}

/* GNU, version 1.0: count, then offset and size of each part; filled up to a block. */
static int read_content_map(struct tar_reader *reader, struct containr_error *err)
{
	int64_t used = 0;
	int64_t count;
	int64_t padding;
	int r = read_map_line(reader, &used, &count, err);

	for (int64_t i = 0; r == 0 && i < count; i++) {
		int64_t offset;
		int64_t size = 0;

		r = read_map_line(reader, &used, &offset, err);
		if (r == 0)
			r = read_map_line(reader, &used, &size, err);
		if (r == 0)
			r = pax_add_extent(&reader->pax, offset, size, err);
	}
	padding = padding_of(used);
	if (r == 0 && used + padding > reader->entry.stored)
		r = fail_damaged(reader, "the map of holes is damaged", err);
	if (r == 0)
		r = skip(reader, padding, err);
	reader->entry.stored -= used + padding;
	return r;
}

static int set_holes(struct tar_reader *reader, struct containr_error *err)
{
	struct tar_entry *entry = &reader->entry;
	struct pax *pax = &reader->pax;
	int64_t stored = 0;
	int r = 0;

	entry->is_sparse = false;
	entry->extent_count = 0;
	if (entry->type != TAR_FILE)
		return 0;
	if (reader->header.type == 'S')
		r = read_old_map(reader, err);
	else if (pax->fields & PAX_SPARSE_1)
		r = read_content_map(reader, err);
	else if (!(pax->fields & PAX_SPARSE))
		return 0;
	if (r < 0)
		return fail_prefix(err, "entry at byte %" PRId64, entry->header_offset);
	for (size_t i = 0; i < pax->extent_count; i++)
		stored += pax->extents[i].size;
	entry->size = pax->fields & PAX_REAL_SIZE ? pax->real_size : -1;
	if (stored != entry->stored || entry->size < 0 || entry->size > SIZE_MAX_FILE ||
	    (pax->extent_count > 0 &&
	     pax->extents[pax->extent_count - 1].offset + pax->extents[pax->extent_count - 1].size >
		     entry->size))
		return fail_damaged(reader, "the map of holes does not fit the file", err);
	entry->is_sparse = true;
	entry->extents = pax->extents;
	entry->extent_count = pax->extent_count;
	return 0;
}

int tar_next(struct tar_reader *reader, const struct tar_entry **ret_entry,
	     struct containr_error *err)
{
	struct tar_entry *entry = &reader->entry;
	int64_t stored;
	int r = skip(reader, reader->content + reader->padding, err);

	reader->content = 0;
	reader->padding = 0;
	if (r == 0)
		r = read_headers(reader, err);
	if (r != 1)
		return r;
	r = set_name(reader, err);
	if (r == 0)
		r = set_type(reader, err);
	if (r == 0)
		r = set_numbers(reader, err);
	stored = entry->stored;
	if (r == 0)
		r = set_xattrs(reader, err);
	if (r == 0)
		r = set_holes(reader, err);
	if (r < 0)
		return r;
	entry->name = reader->name.data;
	entry->link = reader->link.data;
	entry->data_offset = reader->offset;
	reader->content = entry->stored;
	reader->padding = padding_of(stored);
	*ret_entry = entry;
	return 1;
}

int tar_read(struct tar_reader *reader, int64_t max, const unsigned char **ret_bytes,
	     size_t *ret_len, struct containr_error *err)
{
	int64_t wanted = max < reader->content ? max : reader->content;
	int r;

	*ret_len = 0;
	if (wanted <= 0)
		return 0;
	r = fill(reader, err);
	if (r < 0)
		return r;
	if (reader->left == 0)
		return fail_cut_off(reader, err);
	*ret_bytes = reader->at;
	*ret_len = wanted < (int64_t)reader->left ? (size_t)wanted : reader->left;
	reader->content -= (int64_t)*ret_len;
	take(reader, *ret_len);
	return 0;
}
