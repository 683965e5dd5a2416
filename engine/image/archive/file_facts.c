/* SPDX-License-Identifier: MIT */
#include "image/archive/file_facts.h"

#include "base/cleanup.h"
#include "image/archive/xattr.h"

#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define BYTES_SIZE (XATTR_VALUE_MAX + 1) /* also the most that names can have */

void file_facts_release(struct file_facts *facts)
{
	free(facts->bytes);
	strv_release(&facts->keys);
	str_release(&facts->values);
	free(facts->xattrs);
	free(facts->extents);
}

static int grow(void **items, size_t *cap, size_t size, struct containr_error *err)
{
	size_t wanted = *cap ? *cap * 2 : 16;
	void *grown = reallocarray(*items, wanted, size);

	if (!grown)
		return fail_oom(err);
	*items = grown;
	*cap = wanted;
	return 0;
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int list_keys(struct file_facts *facts, int fd, struct containr_error *err)
{
	ssize_t total = flistxattr(fd, facts->bytes, BYTES_SIZE);

	strv_release(&facts->keys);
	for (const char *key = facts->bytes; total > 0 && key < facts->bytes + total;
	     key += strlen(key) + 1) {
		struct containr_error ignored; /* what overlayfs notes is left out as well */
		bool is_kept;

		if (xattr_is_kept(key, "", &is_kept, &ignored) == 0 && is_kept)
			strv_push(&facts->keys, key);
	}
	if (facts->keys.len > 1)
		qsort(facts->keys.items, facts->keys.len, sizeof(char *), compare_names);
	return facts->keys.failed ? fail_oom(err) : 0;
}

static int add_attribute(struct file_facts *facts, int fd, const char *key, struct tar_entry *entry,
			 struct containr_error *err)
{
	ssize_t len = fgetxattr(fd, key, facts->bytes, BYTES_SIZE);

	if (len < 0)
		return 0;
	if (entry->xattr_count == facts->xattr_cap &&
	    grow((void **)&facts->xattrs, &facts->xattr_cap, sizeof(*facts->xattrs), err) < 0)
		return -err->code;
	facts->xattrs[entry->xattr_count++] =
		(struct tar_xattr) { .name = key, .len = (size_t)len };
	str_append_len(&facts->values, facts->bytes, (size_t)len);
	return facts->values.failed ? fail_oom(err) : 0;
}

int file_facts_attributes(struct file_facts *facts, int fd, struct tar_entry *entry,
			  struct containr_error *err)
{
	size_t offset = 0;
	int r;

	if (!facts->bytes)
		facts->bytes = malloc(BYTES_SIZE);
	if (!facts->bytes)
		return fail_oom(err);
	r = list_keys(facts, fd, err);
	str_clear(&facts->values);
	for (size_t i = 0; r == 0 && i < facts->keys.len; i++)
		r = add_attribute(facts, fd, facts->keys.items[i], entry, err);
	/* now that the text does not move any more */
	for (size_t i = 0; r == 0 && i < entry->xattr_count; i++) {
		facts->xattrs[i].value = facts->values.data + offset;
		offset += facts->xattrs[i].len;
	}
	entry->xattrs = facts->xattrs;
	return r;
}

static int add_extent(struct file_facts *facts, struct tar_entry *entry, off_t start, off_t end,
		      struct containr_error *err)
{
	if (entry->extent_count == facts->extent_cap &&
	    grow((void **)&facts->extents, &facts->extent_cap, sizeof(*facts->extents), err) < 0)
		return -err->code;
	facts->extents[entry->extent_count++] = (struct tar_extent) { start, end - start };
	return 0;
}

int file_facts_holes(struct file_facts *facts, int fd, const struct stat *info,
		     struct tar_entry *entry, struct containr_error *err)
{
	const off_t size = info->st_size;
	off_t end = 0;
	int r = 0;

	if (info->st_blocks * 512 >= size)
		return 0;
	while (r == 0 && end < size) {
		off_t start = lseek(fd, end, SEEK_DATA);

		if (start < 0 || start >= size)
			break;
		end = lseek(fd, start, SEEK_HOLE);
		if (end < 0 || end > size)
			end = size;
		r = add_extent(facts, entry, start, end, err);
	}
	if (r == 0 && end < size)
		r = add_extent(facts, entry, size, size, err);
	if (r < 0)
		return r;
	entry->extents = facts->extents;
	entry->is_sparse = entry->extent_count != 1 || facts->extents[0].size != size;
	return 0;
}
