/* SPDX-License-Identifier: MIT */
#include "image/archive/layer_index.h"

#include "image/archive/tree.h"
#include "image/archive/unpack.h"

#include <inttypes.h>

int layer_index_read(tar_read_function *read, void *data, struct layer_tree *tree,
		     struct containr_error *err)
{
	autotar *reader = NULL;
	autostr clean = STR_INIT;
	const struct tar_entry *entry;
	size_t entries = 0;
	int r = tar_open(read, data, &reader, err);

	if (r < 0)
		return r;
	while ((r = tar_next(reader, &entry, err)) == 1) {
		if (++entries > UNPACK_ENTRIES_MAX)
			return fail(err, CONTAINR_E_INVALID_ARCHIVE,
				    "the archive has more than %d entries", UNPACK_ENTRIES_MAX);
		r = tree_clean_name(entry->name, &clean, err);
		if (r == 0)
			r = layer_tree_add(tree, entry, clean.data, err);
		if (r == -CONTAINR_E_INVALID_ARCHIVE)
			return fail_prefix(err, "entry at byte %" PRId64, entry->header_offset);
		if (r < 0)
			return r;
	}
	return r;
}
