/* SPDX-License-Identifier: MIT */
#include "image/archive/tar_reader.h"

#include "base/cleanup.h"

#include <inttypes.h>

/* The four ways to write a file with holes (GNU tar, "Storing Sparse Files"). */

/* An unused pair is empty; the map may go on in blocks of its own. */
static int add_fields(struct tar_reader *reader, const struct tar_sparse_field *fields,
		      size_t count, struct containr_error *err)
{
	for (size_t i = 0; i < count && fields[i].offset[0] != '\0'; i++) {
		int r = pax_add_extent(&reader->pax, tar_number(fields[i].offset, 12),
				       tar_number(fields[i].size, 12), err);

		if (r < 0)
			return r;
	}
	return 0;
}

static int read_old_map(struct tar_reader *reader, struct containr_error *err)
{
	struct tar_sparse_block block;
	char is_extended = reader->header.rest.gnu.is_extended;
	int r = add_fields(reader, reader->header.rest.gnu.sparse, 4, err);

	reader->pax.real_size = tar_number(reader->header.rest.gnu.real_size, 12);
	reader->pax.fields |= PAX_SPARSE | PAX_REAL_SIZE;
	while (r == 0 && is_extended) {
		r = tar_copy(reader, &block, sizeof(block), err);
		if (r == 0)
			return tar_fail_cut_off(reader, err);
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
			return tar_fail_damaged(reader, "the map of holes is damaged", err);
		r = tar_copy(reader, &digits[len], 1, err);
		if (r <= 0)
			return r < 0 ? r : tar_fail_cut_off(reader, err);
		(*used)++;
		if (digits[len] == '\n')
			break;
		len++;
	}
	*ret_value = pax_number(digits, len, &parsed);
	if (*ret_value < 0 || parsed != len)
		return tar_fail_damaged(reader, "the map of holes is damaged", err);
	return 0;
}

/* GNU, version 1.0: count, then offset and size of each part; filled up to a block. */
static int read_content_map(struct tar_reader *reader, struct containr_error *err)
{
	int64_t used = 0;
	int64_t count = 0;
	int64_t padding;
	int r = read_map_line(reader, &used, &count, err);

	for (int64_t i = 0; r == 0 && i < count; i++) {
		int64_t offset = 0;
		int64_t size = 0;

		r = read_map_line(reader, &used, &offset, err);
		if (r == 0)
			r = read_map_line(reader, &used, &size, err);
		if (r == 0)
			r = pax_add_extent(&reader->pax, offset, size, err);
	}
	padding = tar_padding(used);
	if (r == 0 && used + padding > reader->entry.stored)
		r = tar_fail_damaged(reader, "the map of holes is damaged", err);
	if (r == 0)
		r = tar_skip(reader, padding, err);
	reader->entry.stored -= used + padding;
	return r;
}

int tar_set_holes(struct tar_reader *reader, struct containr_error *err)
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
	if (stored != entry->stored || entry->size < 0 || entry->size > TAR_FILE_MAX ||
	    (pax->extent_count > 0 &&
	     pax->extents[pax->extent_count - 1].offset + pax->extents[pax->extent_count - 1].size >
		     entry->size))
		return tar_fail_damaged(reader, "the map of holes does not fit the file", err);
	entry->is_sparse = true;
	entry->extents = pax->extents;
	entry->extent_count = pax->extent_count;
	return 0;
}
