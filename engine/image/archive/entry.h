/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_ENTRY_H
#define IMAGE_ARCHIVE_ENTRY_H

#include "image/archive/tar.h"
#include "image/archive/tree.h"

/*
 * One entry of an archive becomes one file: type, content, owner, mode, extended attributes, times.
 *
 * What an entry may do to the layer beyond that is decided here: whiteouts of the OCI layer format
 * (".wh.NAME", ".wh..wh..opq") become those of overlayfs; attributes by which overlayfs would look
 * elsewhere (trusted.overlay.*) are refused; attributes of the host's own security (labels,
 * signatures) are left out, capabilities of executables kept.
 */

/**
 * Writes @entry to its place in @tree, replacing what was there; a folder stays and changes its
 * attributes.
 *
 * @reader:  gives the content
 * @clean:   the entry's name as tree_clean_name() wrote it
 * Errors: INVALID_ARCHIVE; NO_SPACE, PERMISSION_DENIED, IO.
 */
int entry_write(struct tree *tree, struct tar_reader *reader, const struct tar_entry *entry,
		const char *clean) MUST_CHECK;

#endif
