/* SPDX-License-Identifier: MIT */
#include "image/archive/layer_tree.h"

#include "base/cleanup.h"

#include <limits.h>
#include <string.h>
#include <stdlib.h>
#include <sys/stat.h>

#define COUNT_MAX (UINT32_MAX - 1)

void layer_tree_release(struct layer_tree *tree)
{
	free(tree->inodes);
	free(tree->names);
	free(tree->slots);
	str_release(&tree->texts);
	str_release(&tree->xattrs);
	str_release(&tree->folder);
	*tree = (struct layer_tree) { 0 };
}

/* FNV-1a, begun with the folder. */
static size_t hash_of(uint32_t parent, const char *text, size_t len)
{
	uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ (parent * UINT64_C(0x9e3779b97f4a7c15));

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
	return (size_t)(hash ^ (hash >> 32));
}

/* The slot that has the name, or the empty one where it belongs. */
static uint32_t *find_slot(const struct layer_tree *tree, uint32_t parent, const char *text,
			   size_t len)
{
	size_t at = hash_of(parent, text, len);

	for (;; at++) {
		uint32_t *slot = &tree->slots[at & (tree->slot_count - 1)];
		const struct layer_name *name;

		if (*slot == LAYER_NONE)
			return slot;
		name = &tree->names[*slot];
		if (name->parent == parent && name->len == len &&
		    memcmp(layer_tree_text(tree, *slot), text, len) == 0)
			return slot;
	}
}

uint32_t layer_tree_find(const struct layer_tree *tree, uint32_t parent, const char *text,
			 size_t len)
{
	uint32_t name = *find_slot(tree, parent, text, len);

	return name != LAYER_NONE && tree->names[name].is_gone ? LAYER_NONE : name;
}

static int grow_slots(struct layer_tree *tree, struct containr_error *err)
{
	size_t count = tree->slot_count ? tree->slot_count * 2 : 256;
	uint32_t *old = tree->slots;
	size_t old_count = tree->slot_count;

	if (tree->name_count * 2 < tree->slot_count)
		return 0;
	tree->slots = malloc(count * sizeof(*tree->slots));
	if (!tree->slots) {
		tree->slots = old;
		return fail_oom(err);
	}
	memset(tree->slots, 0xff, count * sizeof(*tree->slots));
	tree->slot_count = count;
	for (size_t i = 0; i < old_count; i++)
		if (old[i] != LAYER_NONE)
			*find_slot(tree, tree->names[old[i]].parent, layer_tree_text(tree, old[i]),
				   tree->names[old[i]].len) = old[i];
	free(old);
	return 0;
}

static int grow(void **items, size_t count, size_t *cap, size_t size, struct containr_error *err)
{
	size_t new_cap = *cap ? *cap * 2 : 64;
	void *new_items;

	if (count < *cap)
		return 0;
	if (count >= COUNT_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the archive has too many entries");
	new_items = reallocarray(*items, new_cap, size);
	if (!new_items)
		return fail_oom(err);
	*items = new_items;
	*cap = new_cap;
	return 0;
}

int layer_tree_new_inode(struct layer_tree *tree, const struct layer_inode *inode,
			 uint32_t *ret_inode, struct containr_error *err)
{
	int r = grow((void **)&tree->inodes, tree->inode_count, &tree->inode_cap,
		     sizeof(*tree->inodes), err);

	if (r < 0)
		return r;
	*ret_inode = (uint32_t)tree->inode_count;
	tree->inodes[tree->inode_count++] = *inode;
	return 0;
}

int layer_tree_new_text(struct str *texts, const char *text, size_t len, uint32_t *ret_offset,
			struct containr_error *err)
{
	if (texts->len + len >= UINT32_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the archive's names are too long");
	*ret_offset = (uint32_t)texts->len;
	str_append_len(texts, text, len);
	str_append_char(texts, '\0');
	return texts->failed ? fail_oom(err) : 0;
}

int layer_tree_new_name(struct layer_tree *tree, uint32_t parent, const char *text, size_t len,
			uint32_t inode, uint32_t *ret_name, struct containr_error *err)
{
	struct layer_name name = { .parent = parent,
				   .inode = inode,
				   .next = tree->names[parent].first_child,
				   .first_child = LAYER_NONE,
				   .len = (uint16_t)len };
	uint32_t *slot;
	int r = 0;

	if (len > NAME_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the name '%.100s...' is too long",
			    text);
	r = grow((void **)&tree->names, tree->name_count, &tree->name_cap, sizeof(*tree->names),
		 err);
	if (r == 0)
		r = layer_tree_new_text(&tree->texts, text, len, &name.text, err);
	if (r == 0)
		r = grow_slots(tree, err);
	if (r < 0)
		return r;
	*ret_name = (uint32_t)tree->name_count++;
	tree->names[*ret_name] = name;
	tree->names[parent].first_child = *ret_name;
	slot = find_slot(tree, parent, text, len);
	if (*slot != LAYER_NONE)
		tree->names[*slot].is_gone = true;
	*slot = *ret_name;
	return 0;
}

int layer_tree_init(struct layer_tree *tree, struct containr_error *err)
{
	const struct layer_inode root = { .mode = S_IFDIR | 0755 };
	uint32_t inode;
	int r;

	*tree = (struct layer_tree) { 0 };
	r = layer_tree_new_inode(tree, &root, &inode, err);
	if (r == 0)
		r = grow((void **)&tree->names, 0, &tree->name_cap, sizeof(*tree->names), err);
	if (r < 0)
		return r;
	tree->names[0] =
		(struct layer_name) { .parent = 0, .next = LAYER_NONE, .first_child = LAYER_NONE };
	tree->name_count = 1;
	str_append_char(&tree->texts, '\0');
	str_append_len(&tree->folder, "", 0);
	if (tree->texts.failed || tree->folder.failed)
		return fail_oom(err);
	return grow_slots(tree, err);
}
