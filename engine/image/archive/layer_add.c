/* SPDX-License-Identifier: MIT */
#include "image/archive/layer_tree.h"

#include "base/cleanup.h"
#include "image/archive/tree.h"
#include "image/archive/whiteout.h"
#include "image/archive/xattr.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>

/* What an entry of a tar does to the tree of its layer. */

#define LINKS_MAX 40 /* as the kernel follows on one path */

static mode_t type_of(const struct layer_tree *tree, uint32_t name)
{
	return tree->inodes[tree->names[name].inode].mode & S_IFMT;
}

/* Puts the target of a link in front of the rest of the path. */
static int expand_link(const struct layer_tree *tree, uint32_t link, const char *rest,
		       struct str *path, struct containr_error *err)
{
	const struct layer_inode *inode = &tree->inodes[tree->names[link].inode];
	autostr expanded = STR_INIT;

	str_append_len(&expanded, tree->texts.data + inode->data, (size_t)inode->size);
	str_append_char(&expanded, '/');
	str_append(&expanded, rest);
	if (expanded.failed)
		return fail_oom(err);
	if (expanded.len >= PATH_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "a path through links is too long");
	str_release(path);
	*path = expanded;
	expanded = (struct str)STR_INIT;
	return 0;
}

static int fail_path(const char *path, const char *problem, struct containr_error *err)
{
	return fail(err, CONTAINR_E_INVALID_ARCHIVE, "cannot open folder '%.300s': %s",
		    *path ? path : "/", problem);
}

/* A folder that no entry describes, as mkdir -p would make it. */
static int make_folder(struct layer_tree *tree, uint32_t parent, const char *text, size_t len,
		       uint32_t *ret_name, struct containr_error *err)
{
	const struct layer_inode folder = { .mode = S_IFDIR | 0755 };
	uint32_t inode;
	int r = layer_tree_new_inode(tree, &folder, &inode, err);

	return r < 0 ? r : layer_tree_new_name(tree, parent, text, len, inode, ret_name, err);
}

/*
 * Finds a folder as openat2(RESOLVE_IN_ROOT) does: links lead where they lead in a container, ".."
 * of the root is the root. What is missing is created, unless @create is false.
 */
static int find_folder(struct layer_tree *tree, const char *clean, bool create, uint32_t *ret_name,
		       struct containr_error *err)
{
	autostr path = STR_INIT;
	const char *at;
	uint32_t name = 0;
	int links = 0;

	str_append(&path, clean);
	if (path.failed)
		return fail_oom(err);
	at = path.data ? path.data : "";
	for (at += strspn(at, "/"); *at; at += strspn(at, "/")) {
		size_t len = strcspn(at, "/");
		uint32_t child;
		int r = 0;

		if (len == 1 && *at == '.') {
			at += len;
			continue;
		}
		if (len == 2 && memcmp(at, "..", 2) == 0) {
			name = tree->names[name].parent;
			at += len;
			continue;
		}
		child = layer_tree_find(tree, name, at, len);
		if (child == LAYER_NONE && (!create || links > 0))
			return fail_path(clean, "No such file or directory", err);
		if (child == LAYER_NONE)
			r = make_folder(tree, name, at, len, &child, err);
		if (r < 0)
			return r;
		if (type_of(tree, child) == S_IFLNK) {
			if (++links > LINKS_MAX)
				return fail_path(clean, "Too many levels of symbolic links", err);
			r = expand_link(tree, child, at + len, &path, err);
			if (r < 0)
				return r;
			at = path.data;
			name = *at == '/' ? 0 : name;
			continue;
		}
		if (type_of(tree, child) != S_IFDIR)
			return fail_path(clean, "Not a directory", err);
		name = child;
		at += len;
	}
	*ret_name = name;
	return 0;
}

/* Where an entry goes. */
struct spot {
	uint32_t folder;
	const char *leaf;
	size_t len;
};

/* The last folder is remembered: archives list a folder's entries in a row (image/archive/tree.h). */
static int find_spot(struct layer_tree *tree, const char *clean, struct spot *ret_spot,
		     struct containr_error *err)
{
	const char *slash = strrchr(clean, '/');
	size_t len = slash ? (size_t)(slash - clean) : 0;
	int r;

	if (tree->folder.len != len || memcmp(tree->folder.data, clean, len) != 0) {
		str_clear(&tree->folder);
		str_append_len(&tree->folder, clean, len);
		if (tree->folder.failed)
			return fail_oom(err);
		r = find_folder(tree, tree->folder.data, true, &tree->folder_name, err);
		if (r < 0)
			return r;
	}
	ret_spot->folder = tree->folder_name;
	ret_spot->leaf = slash ? slash + 1 : clean;
	ret_spot->len = strlen(ret_spot->leaf);
	return 0;
}

static int add_xattrs(struct layer_tree *tree, const struct tar_entry *entry, const char *clean,
		      struct layer_inode *inode, struct containr_error *err)
{
	size_t start = tree->xattrs.len;

	for (size_t i = 0; i < entry->xattr_count; i++) {
		const struct tar_xattr *xattr = &entry->xattrs[i];
		const size_t name_len = strlen(xattr->name);
		const struct layer_xattr head = { (uint16_t)name_len, (uint16_t)xattr->len };
		bool is_kept;
		int r = xattr_is_kept(xattr->name, clean, &is_kept, err);

		if (r < 0)
			return r;
		if (!is_kept)
			continue;
		if (name_len > XATTR_NAME_MAX || xattr->len > XATTR_VALUE_MAX)
			return fail(err, CONTAINR_E_INVALID_ARCHIVE,
				    "the attribute '%.100s' of '%.200s' is too large", xattr->name,
				    clean);
		str_append_len(&tree->xattrs, (const char *)&head, sizeof(head));
		str_append_len(&tree->xattrs, xattr->name, name_len);
		str_append_len(&tree->xattrs, xattr->value, xattr->len);
	}
	if (tree->xattrs.failed)
		return fail_oom(err);
	if (tree->xattrs.len >= UINT32_MAX || tree->xattrs.len - start > XATTR_LIST_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "'%.200s' has too many attributes",
			    clean);
	inode->xattrs = (uint32_t)start;
	inode->xattrs_len = (uint32_t)(tree->xattrs.len - start);
	return 0;
}

/* As new_encode_dev() of the kernel. */
static uint32_t encode_device(unsigned int major, unsigned int minor)
{
	return (minor & 0xff) | (major << 8) | ((minor & ~0xffU) << 12);
}

static const mode_t types[] = {
	[TAR_FILE] = S_IFREG,	     [TAR_HARD_LINK] = 0,	   [TAR_SYMLINK] = S_IFLNK,
	[TAR_CHAR_DEVICE] = S_IFCHR, [TAR_BLOCK_DEVICE] = S_IFBLK, [TAR_FOLDER] = S_IFDIR,
	[TAR_FIFO] = S_IFIFO,
};

static int describe(struct layer_tree *tree, const struct tar_entry *entry, const char *clean,
		    struct layer_inode *ret_inode, struct containr_error *err)
{
	struct layer_inode inode = { .mode = types[entry->type] | entry->mode,
				     .uid = (uint32_t)entry->uid,
				     .gid = (uint32_t)entry->gid,
				     .mtime = entry->mtime.tv_sec,
				     .mtime_ns = (uint32_t)entry->mtime.tv_nsec,
				     .size = entry->size,
				     .data = entry->data_offset };
	uint32_t text;
	int r = add_xattrs(tree, entry, clean, &inode, err);

	if (r < 0)
		return r;
	if (entry->type == TAR_SYMLINK) {
		inode.size = (int64_t)strlen(entry->link);
		if (inode.size == 0 || inode.size >= PATH_MAX)
			return fail(err, CONTAINR_E_INVALID_ARCHIVE,
				    "the symbolic link '%.300s' points nowhere", clean);
		inode.mode = S_IFLNK | 0777;
		r = layer_tree_new_text(&tree->texts, entry->link, (size_t)inode.size, &text, err);
		inode.data = r == 0 ? (int64_t)text : 0;
	}
	if (entry->type == TAR_CHAR_DEVICE || entry->type == TAR_BLOCK_DEVICE)
		inode.rdev = encode_device(entry->dev_major, entry->dev_minor);
	tree->has_holes |= entry->is_sparse;
	*ret_inode = inode;
	return r;
}

/* A folder that is there stays, with its entries, and gets new attributes. */
static int add_folder(struct layer_tree *tree, const struct spot *spot,
		      const struct layer_inode *folder, struct containr_error *err)
{
	uint32_t name =
		spot->len > 0 ? layer_tree_find(tree, spot->folder, spot->leaf, spot->len) : 0;
	uint32_t inode;
	struct layer_inode *old;
	bool is_opaque;
	int r;

	if (name == LAYER_NONE || type_of(tree, name) != S_IFDIR) {
		r = layer_tree_new_inode(tree, folder, &inode, err);
		if (r == 0)
			r = layer_tree_new_name(tree, spot->folder, spot->leaf, spot->len, inode,
						&name, err);
		return r;
	}
	old = &tree->inodes[tree->names[name].inode];
	is_opaque = old->is_opaque;
	*old = *folder;
	old->is_opaque = is_opaque;
	return 0;
}

/* The target is found like a place of its own, so it lies in this layer or nowhere. */
static int add_hard_link(struct layer_tree *tree, const struct spot *spot,
			 const struct tar_entry *entry, const char *clean,
			 struct containr_error *err)
{
	autostr target = STR_INIT;
	uint32_t folder;
	uint32_t name;
	char *leaf;
	int r = tree_clean_name(entry->link, &target, err);

	if (r < 0)
		return r;
	leaf = strrchr(target.data, '/');
	if (leaf)
		*leaf++ = '\0';
	r = find_folder(tree, leaf ? target.data : "", false, &folder, err);
	leaf = leaf ? leaf : target.data;
	if (r < 0)
		return fail_prefix(err, "hard link '%.200s'", clean);
	name = layer_tree_find(tree, folder, leaf, strlen(leaf));
	if (name == LAYER_NONE || type_of(tree, name) == S_IFDIR)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "target '%.200s': cannot create hard link '%.300s': %s", entry->link,
			    clean,
			    name == LAYER_NONE ? "No such file or directory" : "Is a directory");
	return layer_tree_new_name(tree, spot->folder, spot->leaf, spot->len,
				   tree->names[name].inode, &name, err);
}

/* A whiteout hides what lower layers have, never what this one has put at the same place. */
static int add_whiteout(struct layer_tree *tree, const struct spot *spot, const char *clean,
			struct containr_error *err)
{
	const struct layer_inode device = { .mode = S_IFCHR };
	const char *hidden;
	uint32_t inode;
	uint32_t name;
	int r;

	switch (whiteout_parse(spot->leaf, &hidden)) {
	case WHITEOUT_OPAQUE:
		tree->inodes[tree->names[spot->folder].inode].is_opaque = true;
		return 0;
	case WHITEOUT_IGNORED:
		return 0;
	case WHITEOUT_INVALID:
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the whiteout '%.300s' hides nothing",
			    clean);
	case WHITEOUT_NONE:
	case WHITEOUT_NAME:
	default:
		break;
	}
	if (layer_tree_find(tree, spot->folder, hidden, strlen(hidden)) != LAYER_NONE)
		return 0;
	r = layer_tree_new_inode(tree, &device, &inode, err);
	return r < 0 ? r
		     : layer_tree_new_name(tree, spot->folder, hidden, strlen(hidden), inode, &name,
					   err);
}

int layer_tree_add(struct layer_tree *tree, const struct tar_entry *entry, const char *clean,
		   struct containr_error *err)
{
	struct layer_inode inode;
	struct spot spot = { 0 };
	const char *hidden;
	uint32_t number;
	uint32_t name;
	int r;

	if (!*clean && entry->type != TAR_FOLDER)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE,
			    "an entry without a name is no folder");
	r = find_spot(tree, clean, &spot, err);
	if (r < 0)
		return r;
	if (whiteout_parse(spot.leaf, &hidden) != WHITEOUT_NONE)
		return add_whiteout(tree, &spot, clean, err);
	if (entry->type == TAR_HARD_LINK)
		return add_hard_link(tree, &spot, entry, clean, err);
	r = describe(tree, entry, clean, &inode, err);
	if (r != 0)
		return r;
	if (entry->type == TAR_FOLDER)
		return add_folder(tree, &spot, &inode, err);
	r = layer_tree_new_inode(tree, &inode, &number, err);
	if (r != 0)
		return r;
	return layer_tree_new_name(tree, spot.folder, spot.leaf, spot.len, number, &name, err);
}
