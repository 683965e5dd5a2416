/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_LAYER_TREE_H
#define IMAGE_ARCHIVE_LAYER_TREE_H

#include "base/str.h"
#include "image/archive/tar.h"

/*
 * The files of one layer as a tree in memory, made from its tar: what a file system would show if
 * the tar were unpacked by unpack_tar(), with where each file's content lies in the tar. The rules are
 * the same (image/archive/tree.h, image/archive/entry.h): links on the way are followed within the
 * layer, a later entry replaces an earlier one, .wh. files become whiteouts of overlayfs.
 *
 * Names and inodes are numbered, as there may be millions; number 0 is the root's.
 */

#define LAYER_NONE UINT32_MAX

struct layer_inode {
	uint32_t mode; /* with the type: S_IFREG ... */
	uint32_t uid;
	uint32_t gid;
	uint32_t rdev;	   /* of devices, as the kernel encodes it (new_encode_dev) */
	uint32_t mtime_ns; /* part of a second */
	int64_t mtime;	   /* seconds */
	int64_t size;	   /* of a file or a link's target */
	int64_t data;	   /* of a file: offset in the tar; of a link: in `texts` */
	uint32_t xattrs;   /* offset in `xattrs` */
	uint32_t xattrs_len;
	bool is_opaque; /* hides what lower layers have in this folder */
};

struct layer_name {
	uint32_t parent; /* name of the folder it is in */
	uint32_t inode;
	uint32_t text;	      /* offset in `texts` */
	uint32_t next;	      /* name in the same folder */
	uint32_t first_child; /* LAYER_NONE for none */
	uint16_t len;
	bool is_gone; /* replaced by a later entry */
};

/* An attribute as layer_tree keeps it: this head, then the name without its NUL, then the value. */
struct layer_xattr {
	uint16_t name_len;
	uint16_t value_len;
};

struct layer_tree {
	struct layer_inode *inodes;
	size_t inode_count;
	size_t inode_cap;
	struct layer_name *names;
	size_t name_count;
	size_t name_cap;
	uint32_t *slots; /* hash table of names */
	size_t slot_count;
	struct str texts;
	struct str xattrs;
	struct str folder; /* that the last entry was in */
	uint32_t folder_name;
	bool has_holes; /* a file's content does not lie in one piece */
};

/** Makes a tree that holds an ordinary root folder. */
int layer_tree_init(struct layer_tree *tree, struct containr_error *err) MUST_CHECK;
void layer_tree_release(struct layer_tree *tree);

/**
 * Adds an entry of the tar.
 *
 * @clean: its name as tree_clean_name() wrote it
 * Errors: INVALID_ARCHIVE for what unpacking would refuse; OUT_OF_MEMORY.
 */
int layer_tree_add(struct layer_tree *tree, const struct tar_entry *entry, const char *clean,
		   struct containr_error *err) MUST_CHECK;

/** Returns the name of @len bytes in the folder @parent, or LAYER_NONE. */
uint32_t layer_tree_find(const struct layer_tree *tree, uint32_t parent, const char *text,
			 size_t len);

/** Copies @inode. Errors: INVALID_ARCHIVE for too many; OUT_OF_MEMORY. */
int layer_tree_new_inode(struct layer_tree *tree, const struct layer_inode *inode,
			 uint32_t *ret_inode, struct containr_error *err) MUST_CHECK;

/**
 * Creates a name of @inode. One that was there is gone, and what is below it cannot be reached any
 * more, as the new one is another number.
 */
int layer_tree_new_name(struct layer_tree *tree, uint32_t parent, const char *text, size_t len,
			uint32_t inode, uint32_t *ret_name, struct containr_error *err) MUST_CHECK;

/** Appends a text and a NUL to @texts, and tells where it is. */
int layer_tree_new_text(struct str *texts, const char *text, size_t len, uint32_t *ret_offset,
			struct containr_error *err) MUST_CHECK;

static inline const char *layer_tree_text(const struct layer_tree *tree, uint32_t name)
{
	return tree->texts.data + tree->names[name].text;
}

#define autolayertree __attribute__((cleanup(layer_tree_release))) struct layer_tree

#endif
