/* SPDX-License-Identifier: MIT */
#ifndef VOLUME_COPY_TREE_H
#define VOLUME_COPY_TREE_H

#include "base/error.h"

/**
 * Copies all that is in one folder into another, with owners, modes, times and extended
 * attributes, and the same of the folder itself. No symbolic link is followed on either side.
 *
 * @from, @to: folders, O_RDONLY; borrowed
 * Errors: NO_SPACE, PERMISSION_DENIED, IO.
 */
int copy_tree(int from, int to, struct containr_error *err) MUST_CHECK;

#endif
