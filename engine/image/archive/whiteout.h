/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_WHITEOUT_H
#define IMAGE_ARCHIVE_WHITEOUT_H

#include "base/str.h"

#include <string.h>

/*
 * How a layer says that something of the layers below is gone (image-spec, layer.md, "Whiteouts"):
 * ".wh.NAME" hides NAME, ".wh..wh..opq" all that lower layers have in the folder.
 */
enum whiteout {
	WHITEOUT_NONE, /* an ordinary name */
	WHITEOUT_NAME,
	WHITEOUT_OPAQUE,
	WHITEOUT_IGNORED, /* aufs keeps its own files under such names */
	WHITEOUT_INVALID, /* hides nothing, or the folder itself */
};

#define WHITEOUT_PREFIX ".wh."
#define WHITEOUT_OPAQUE_NAME ".wh..wh..opq"
#define WHITEOUT_RESERVED ".wh..wh."

/** Says what a file's name means in a layer; @ret_hidden: the hidden name of WHITEOUT_NAME. */
static inline enum whiteout whiteout_parse(const char *leaf, const char **ret_hidden)
{
	*ret_hidden = leaf;
	if (!str_starts_with(leaf, WHITEOUT_PREFIX))
		return WHITEOUT_NONE;
	if (strcmp(leaf, WHITEOUT_OPAQUE_NAME) == 0)
		return WHITEOUT_OPAQUE;
	if (str_starts_with(leaf, WHITEOUT_RESERVED))
		return WHITEOUT_IGNORED;
	*ret_hidden = leaf + sizeof(WHITEOUT_PREFIX) - 1;
	if (!**ret_hidden || strcmp(*ret_hidden, ".") == 0 || strcmp(*ret_hidden, "..") == 0)
		return WHITEOUT_INVALID;
	return WHITEOUT_NAME;
}

#endif
