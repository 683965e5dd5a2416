/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LAYER_INDEX_H
#define IMAGE_ARCHIVE_LAYER_INDEX_H

#include "image/archive/layer_tree.h"

/**
 * Reads a tar to its end mark and makes the tree of its files; the rules are those of unpack_tar(),
 * and so are the errors.
 */
int layer_index_read(tar_read_function *read, void *data, struct layer_tree *tree,
		     struct containr_error *err) MUST_CHECK;

#endif
