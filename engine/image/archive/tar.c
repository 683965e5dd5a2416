/* SPDX-License-Identifier: MIT */
#include "image/archive/tar_reader.h"

#include "base/cleanup.h"

#include <inttypes.h>
#include <string.h>

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

int tar_fail_cut_off(const struct tar_reader *reader, struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the archive is cut off after '%.200s'",
		    reader->name.data ? reader->name.data : "");
}

int tar_fail_damaged(const struct tar_reader *reader, const char *problem,
		     struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE,
		    "the archive is damaged at byte %" PRId64 ": %s", reader->entry.header_offset,
		    problem);
}

int tar_copy(struct tar_reader *reader, void *buffer, size_t len, struct containr_error *err)
{
	size_t got = 0;

	while (got < len) {
		size_t part;
		int r = fill(reader, err);

		if (r < 0)
			return r;
		if (reader->left == 0)
			return got == 0 ? 0 : tar_fail_cut_off(reader, err);
		part = len - got < reader->left ? len - got : reader->left;
		memcpy((unsigned char *)buffer + got, reader->at, part);
		take(reader, part);
		got += part;
	}
	return 1;
}

int tar_skip(struct tar_reader *reader, int64_t len, struct containr_error *err)
{
	while (len > 0) {
		size_t part;
		int r = fill(reader, err);

		if (r < 0)
			return r;
		if (reader->left == 0)
			return tar_fail_cut_off(reader, err);
		part = len < (int64_t)reader->left ? (size_t)len : reader->left;
		take(reader, part);
		len -= (int64_t)part;
	}
	return 0;
}

/* Reads the next header. Returns 1, or 0 at the end mark. */
static int read_header(struct tar_reader *reader, struct containr_error *err)
{
	int64_t offset = reader->offset;
	int r = tar_copy(reader, &reader->header, sizeof(reader->header), err);

	if (r < 0)
		return r;
	if (r == 0 && offset == 0)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "this is no tar archive: it is empty");
	if (r == 0) {
		(void)tar_fail_cut_off(reader, err);
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "the archive is cut off after '%.200s': it has no end mark",
			    reader->name.data ? reader->name.data : "");
	}
	if (tar_is_zero(&reader->header)) {
		/* the second block of the mark: what else is there was meant for somebody else */
		r = tar_copy(reader, &reader->header, sizeof(reader->header), err);
		if (r == 1 && !tar_is_zero(&reader->header))
			return tar_fail_damaged(reader, "there is more behind a block of zeros",
						err);
		return r < 0 ? r : 0;
	}
	if (!tar_checksum_is_right(&reader->header) && offset == 0)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "this is no tar archive: its first header is none");
	if (!tar_checksum_is_right(&reader->header))
		return tar_fail_damaged(reader, "the header's checksum is wrong", err);
	return 1;
}

/* Reads the content of an extended header. */
static int read_long(struct tar_reader *reader, struct containr_error *err)
{
	int64_t size = tar_number(reader->header.size, sizeof(reader->header.size));
	struct str *bytes = &reader->long_bytes;

	if (size < 0 || size > TAR_NAME_MAX)
		return tar_fail_damaged(reader, "an extended header is larger than 1 MiB", err);
	str_clear(bytes);
	str_append_len(bytes, "", 0);
	while ((int64_t)bytes->len < size && !bytes->failed) {
		size_t wanted = (size_t)size - bytes->len;
		int r = fill(reader, err);

		if (r < 0)
			return r;
		if (reader->left == 0)
			return tar_fail_cut_off(reader, err);
		if (wanted > reader->left)
			wanted = reader->left;
		str_append_len(bytes, (const char *)reader->at, wanted);
		take(reader, wanted);
	}
	if (bytes->failed)
		return fail_oom(err);
	return tar_skip(reader, tar_padding(size), err);
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

int tar_next(struct tar_reader *reader, const struct tar_entry **ret_entry,
	     struct containr_error *err)
{
	struct tar_entry *entry = &reader->entry;
	int64_t stored;
	int r = tar_skip(reader, reader->content + reader->padding, err);

	reader->content = 0;
	reader->padding = 0;
	if (r == 0)
		r = read_headers(reader, err);
	if (r != 1)
		return r;
	r = tar_describe(reader, err);
	stored = entry->stored;
	if (r == 0)
		r = tar_set_holes(reader, err);
	if (r < 0)
		return r;
	entry->name = reader->name.data;
	entry->link = reader->link.data;
	entry->data_offset = reader->offset;
	reader->content = entry->stored;
	reader->padding = tar_padding(stored);
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
		return tar_fail_cut_off(reader, err);
	*ret_bytes = reader->at;
	*ret_len = wanted < (int64_t)reader->left ? (size_t)wanted : reader->left;
	reader->content -= (int64_t)*ret_len;
	take(reader, *ret_len);
	return 0;
}
