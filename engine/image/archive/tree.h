/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_TREE_H
#define IMAGE_ARCHIVE_TREE_H

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>

/*
 * Places below the folder an archive is unpacked into. Names come from the archive and are hostile:
 *
 *  - ".." is refused, a leading slash means the folder itself, as docker and GNU tar have it.
 *  - Folders on the way are opened by openat2(RESOLVE_IN_ROOT), so that a symbolic link among them
 *    leads to where it will lead inside a container ("lib/x" behind "lib -> /usr/lib"), and never
 *    out of the folder.
 *  - The last component is only used by calls that do not follow links, relative to its folder.
 */
struct tree {
	int root; /* borrowed */
	/*
	 * The folder of the last place, as archives list a folder's entries in a row. It cannot go
	 * stale: to replace something on the way to it, another folder has to become the last.
	 */
	char *folder; /* its name; NULL for none */
	int folder_fd;
	bool keeps_kinds; /* UNPACK_FILES */
	struct containr_error *err;
};

#define TREE(fd, error) ((struct tree) { .root = (fd), .folder_fd = -1, .err = (error) })

/* Where an entry goes: @leaf in @folder; valid until the next call with this tree. */
struct place {
	int folder;	  /* borrowed from the tree */
	const char *leaf; /* borrowed from the clean name; "" for the root */
};

void tree_release(struct tree *tree);

/**
 * Writes a name from an archive as a clean path relative to the root: "" for the root itself.
 *
 * Errors: INVALID_ARCHIVE.
 */
int tree_clean_name(const char *name, struct str *out, struct containr_error *err) MUST_CHECK;

/** Finds the place of a clean name; folders that are missing on the way are created. */
int tree_place(struct tree *tree, const char *clean, struct place *ret_place) MUST_CHECK;

/** Makes the folder @clean the last one; takes the descriptor over. */
int tree_remember(struct tree *tree, const char *clean, int fd) MUST_CHECK;

/** Removes what is at a place, a folder with all that is in it. */
int tree_clear(struct tree *tree, const struct place *place) MUST_CHECK;

/** Opens a folder of the tree. Returns the descriptor, or -1 with errno. */
int tree_open_folder(const struct tree *tree, const char *clean);

/**
 * Raises an error for a call that failed with errno on an entry: INVALID_ARCHIVE if the archive
 * asks for something impossible, else as fail_sys() does.
 */
int tree_fail(const struct tree *tree, const char *what, const char *name);

#endif
