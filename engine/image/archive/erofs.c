/* SPDX-License-Identifier: MIT */
#include "image/archive/erofs.h"

#include "base/cleanup.h"
#include "base/fs.h"
#include "image/archive/erofs_format.h"

#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/*
 * The image is laid out as
 *
 *	1024     superblock, behind it the device table
 *	1536     inodes, each with its attributes and its small data behind it; the root's first, as
 *	         the superblock has 16 bits for it
 *	         data of folders and links that does not fit behind an inode, in whole blocks
 */
#define INODES_START (3 * EROFS_BLOCK)
#define NO_BLOCK UINT32_MAX

/* A child of a folder on its way into a block. */
struct child {
	const char *text;
	size_t len;
	uint32_t inode;
};

/* Where things lie, by number of the inode. */
struct place {
	uint64_t start;	      /* of the inode; 0: not placed */
	uint32_t folder_name; /* of a folder */
	uint32_t children; /* of a folder: where its children begin, those of the dots included */
	uint32_t child_count;
	uint32_t data_size; /* of folders and links */
	uint32_t links;	    /* names of a file */
	uint32_t block;	    /* of that data; NO_BLOCK: behind the inode */
};

struct image {
	const struct layer_tree *tree;
	struct place *places;
	struct child *children;
	size_t child_count;
	uint32_t *order; /* inodes as they lie in the image */
	size_t order_count;
	uint64_t inodes_end;
	uint64_t end;
	unsigned char *bytes;
};

static void image_release(struct image *image)
{
	free(image->places);
	free(image->children);
	free(image->order);
	free(image->bytes);
}

static int compare_children(const void *left, const void *right)
{
	const struct child *a = left;
	const struct child *b = right;
	size_t len = a->len < b->len ? a->len : b->len;
	int order = memcmp(a->text, b->text, len);

	if (order != 0)
		return order;
	return a->len < b->len ? -1 : a->len > b->len;
}

static bool is_folder(const struct layer_inode *inode)
{
	return S_ISDIR(inode->mode);
}

/* How many children from @first on fit one block, and the bytes they take. */
static size_t fill_block(const struct child *children, size_t count, size_t *ret_used)
{
	size_t used = 0;
	size_t n = 0;

	while (n < count && used + sizeof(struct erofs_dirent) + children[n].len <= EROFS_BLOCK)
		used += sizeof(struct erofs_dirent) + children[n++].len;
	*ret_used = used;
	return n;
}

static uint32_t folder_size(const struct child *children, size_t count)
{
	uint32_t size = 0;

	while (count > 0) {
		size_t used;
		size_t n = fill_block(children, count, &used);

		children += n;
		count -= n;
		size += count > 0 ? EROFS_BLOCK : (uint32_t)used;
	}
	return size;
}

/* Collects what is in a folder, sorted as the kernel searches it. */
static void collect(struct image *image, uint32_t folder)
{
	const struct layer_tree *tree = image->tree;
	const struct layer_name *name = &tree->names[folder];
	struct place *place = &image->places[name->inode];
	struct child *children = &image->children[image->child_count];
	size_t count = 0;

	children[count++] = (struct child) { ".", 1, name->inode };
	children[count++] = (struct child) { "..", 2, tree->names[name->parent].inode };
	for (uint32_t i = name->first_child; i != LAYER_NONE; i = tree->names[i].next) {
		if (tree->names[i].is_gone)
			continue;
		children[count++] = (struct child) { layer_tree_text(tree, i), tree->names[i].len,
						     tree->names[i].inode };
		image->places[tree->names[i].inode].links++;
	}
	qsort(children, count, sizeof(*children), compare_children);
	place->folder_name = folder;
	place->children = (uint32_t)image->child_count;
	place->child_count = (uint32_t)count;
	place->data_size = folder_size(children, count);
	image->child_count += count;
}

static uint64_t align(uint64_t value, uint32_t unit)
{
	return (value + unit - 1) / unit * unit;
}

/* Calls @take for each attribute of an inode, the mark of an opaque folder included. */
typedef void take_xattr_function(void *data, const char *name, size_t name_len, const void *value,
				 size_t len);

static void each_xattr(const struct layer_tree *tree, const struct layer_inode *inode,
		       take_xattr_function *take, void *data)
{
	size_t at = inode->xattrs;
	const size_t end = at + inode->xattrs_len;

	while (at < end) {
		const char *bytes = tree->xattrs.data + at;
		struct layer_xattr head;

		memcpy(&head, bytes, sizeof(head));
		bytes += sizeof(head);
		take(data, bytes, head.name_len, bytes + head.name_len, head.value_len);
		at += sizeof(head) + head.name_len + head.value_len;
	}
	if (inode->is_opaque)
		take(data, "trusted.overlay.opaque", 22, "y", 1);
}

struct xattr_prefix {
	const char *text;
	uint8_t index;
};

/* A name is kept as the number of its beginning and the rest. */
static const struct xattr_prefix *find_prefix(const char *name)
{
	static const struct xattr_prefix prefixes[] = {
		{ "user.", EROFS_XATTR_USER },
		{ "trusted.", EROFS_XATTR_TRUSTED },
		{ "security.", EROFS_XATTR_SECURITY },
	};

	for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
		if (strncmp(name, prefixes[i].text, strlen(prefixes[i].text)) == 0)
			return &prefixes[i];
	return NULL;
}

static void measure_xattr(void *data, const char *name, size_t name_len, const void *value,
			  size_t len)
{
	const struct xattr_prefix *prefix = find_prefix(name);
	uint32_t *size = data;

	(void)value;
	if (prefix)
		*size += (uint32_t)align(sizeof(struct erofs_xattr_entry) + name_len -
						 strlen(prefix->text) + len,
					 4);
}

static uint32_t xattrs_size(const struct layer_tree *tree, const struct layer_inode *inode)
{
	uint32_t size = 0;

	each_xattr(tree, inode, measure_xattr, &size);
	return size > 0 ? size + (uint32_t)sizeof(struct erofs_xattr_header) : 0;
}

static void write_xattr(void *data, const char *name, size_t name_len, const void *value,
			size_t len)
{
	const struct xattr_prefix *prefix = find_prefix(name);
	unsigned char **at = data;
	struct erofs_xattr_entry entry;
	size_t prefix_len;

	if (!prefix)
		return;
	prefix_len = strlen(prefix->text);
	entry = (struct erofs_xattr_entry) { .name_len = (uint8_t)(name_len - prefix_len),
					     .name_index = prefix->index,
					     .value_size = htole16((uint16_t)len) };
	memcpy(*at, &entry, sizeof(entry));
	memcpy(*at + sizeof(entry), name + prefix_len, name_len - prefix_len);
	memcpy(*at + sizeof(entry) + name_len - prefix_len, value, len);
	*at += align(sizeof(entry) + name_len - prefix_len + len, 4);
}

/*
 * Places an inode. Data behind it must not cross a block; where it would, the inode begins a little
 * later, and if that does not help, the data gets blocks of its own.
 */
static void place_inode(struct image *image, uint32_t number)
{
	const struct layer_inode *inode = &image->tree->inodes[number];
	struct place *place = &image->places[number];
	uint32_t head = EROFS_INODE_SIZE + xattrs_size(image->tree, inode);
	uint64_t start = align(image->inodes_end, EROFS_SLOT);
	uint32_t size = head;

	place->block = NO_BLOCK;
	if (S_ISREG(inode->mode) && inode->size > 0)
		size = (uint32_t)(align(head, 8) + sizeof(struct erofs_chunk));
	if (S_ISLNK(inode->mode))
		place->data_size = (uint32_t)inode->size;
	if (place->data_size > 0 && place->data_size <= EROFS_BLOCK / 2) {
		while ((start + head) % EROFS_BLOCK + place->data_size > EROFS_BLOCK)
			start += EROFS_SLOT;
		size = head + place->data_size;
	} else if (place->data_size > 0) {
		place->block = 0; /* decided when all inodes are placed */
	}
	place->start = start;
	image->inodes_end = start + size;
	image->order[image->order_count++] = number;
}

static void place_child(struct image *image, uint32_t number)
{
	if (image->places[number].start == 0)
		place_inode(image, number);
}

/* Folder by folder, so that what `ls -l` looks at lies together. */
static void place_all(struct image *image)
{
	collect(image, 0);
	image->inodes_end = INODES_START;
	place_child(image, image->tree->names[0].inode);
	for (size_t i = 0; i < image->order_count; i++) {
		struct place *folder = &image->places[image->order[i]];

		if (!is_folder(&image->tree->inodes[image->order[i]]))
			continue;
		for (uint32_t c = 0; c < folder->child_count; c++) {
			const struct child *child = &image->children[folder->children + c];

			if (image->places[child->inode].start > 0)
				continue;
			if (is_folder(&image->tree->inodes[child->inode]))
				collect(image, image->places[child->inode].folder_name);
			place_child(image, child->inode);
		}
	}
	image->end = align(image->inodes_end, EROFS_BLOCK);
	for (size_t i = 0; i < image->order_count; i++) {
		struct place *place = &image->places[image->order[i]];

		if (place->block == NO_BLOCK)
			continue;
		place->block = (uint32_t)(image->end / EROFS_BLOCK);
		image->end += align(place->data_size, EROFS_BLOCK);
	}
}

static uint8_t file_type(uint32_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFDIR:
		return EROFS_FT_DIR;
	case S_IFCHR:
		return EROFS_FT_CHRDEV;
	case S_IFBLK:
		return EROFS_FT_BLKDEV;
	case S_IFIFO:
		return EROFS_FT_FIFO;
	case S_IFLNK:
		return EROFS_FT_SYMLINK;
	case S_IFREG:
	default:
		return EROFS_FT_REG_FILE;
	}
}

static uint64_t nid_of(const struct image *image, uint32_t inode)
{
	return image->places[inode].start / EROFS_SLOT;
}

/* A block of a folder: the entries, then their names; a name ends where the next one begins. */
static void write_block(const struct image *image, const struct child *children, size_t count,
			unsigned char *block)
{
	size_t name_at = count * sizeof(struct erofs_dirent);

	for (size_t i = 0; i < count; i++) {
		const struct erofs_dirent entry = {
			.nid = htole64(nid_of(image, children[i].inode)),
			.nameoff = htole16((uint16_t)name_at),
			.file_type = file_type(image->tree->inodes[children[i].inode].mode),
		};

		memcpy(block + i * sizeof(entry), &entry, sizeof(entry));
		memcpy(block + name_at, children[i].text, children[i].len);
		name_at += children[i].len;
	}
}

static void write_folder(const struct image *image, const struct place *place, unsigned char *out)
{
	const struct child *children = &image->children[place->children];
	size_t count = place->child_count;

	while (count > 0) {
		size_t used;
		size_t n = fill_block(children, count, &used);

		write_block(image, children, n, out);
		children += n;
		count -= n;
		out += EROFS_BLOCK;
	}
}

/* Subfolders count, as their ".." does. */
static uint32_t folder_links(const struct image *image, const struct place *place)
{
	uint32_t links = 0;

	for (uint32_t c = 0; c < place->child_count; c++)
		links +=
			is_folder(&image->tree->inodes[image->children[place->children + c].inode]);
	return links;
}

/* The size of a chunk is a power of two: the first that holds the whole file. */
static uint16_t chunk_bits(int64_t size)
{
	uint16_t bits = 0;

	while ((INT64_C(1) << (bits + EROFS_BLOCK_BITS)) < size)
		bits++;
	return bits;
}

static void write_file(const struct layer_inode *inode, uint32_t head, unsigned char *start,
		       struct erofs_inode *disk)
{
	const uint64_t block = (uint64_t)inode->data / EROFS_BLOCK;
	const struct erofs_chunk chunk = { .device_id = htole16(1),
					   .startblk_lo = htole32((uint32_t)block),
					   .startblk_hi = htole16((uint16_t)(block >> 32)) };

	if (inode->size == 0)
		return;
	disk->format |= htole16(EROFS_LAYOUT_CHUNKS << 1);
	disk->u = htole32(chunk_bits(inode->size) | EROFS_CHUNK_INDEXES);
	memcpy(start + align(head, 8), &chunk, sizeof(chunk));
}

static void write_data(const struct image *image, const struct place *place, uint32_t head,
		       const struct layer_inode *inode, unsigned char *start,
		       struct erofs_inode *disk)
{
	unsigned char *out = start + head;

	disk->size = htole64(place->data_size);
	if (place->block != NO_BLOCK) {
		out = image->bytes + (uint64_t)place->block * EROFS_BLOCK;
		disk->u = htole32(place->block);
	} else {
		disk->format |= htole16(EROFS_LAYOUT_INLINE << 1);
	}
	if (is_folder(inode))
		write_folder(image, place, out);
	else
		memcpy(out, image->tree->texts.data + inode->data, (size_t)inode->size);
}

static void write_inode(const struct image *image, size_t index)
{
	const uint32_t number = image->order[index];
	const struct layer_inode *inode = &image->tree->inodes[number];
	const struct place *place = &image->places[number];
	uint32_t xattrs = xattrs_size(image->tree, inode);
	uint32_t head = EROFS_INODE_SIZE + xattrs;
	unsigned char *start = image->bytes + place->start;
	unsigned char *at = start + EROFS_INODE_SIZE + sizeof(struct erofs_xattr_header);
	struct erofs_inode disk = {
		.format = htole16(EROFS_EXTENDED),
		.mode = htole16((uint16_t)inode->mode),
		.size = htole64((uint64_t)(S_ISREG(inode->mode) ? inode->size : 0)),
		.ino = htole32((uint32_t)index + 1),
		.uid = htole32(inode->uid),
		.gid = htole32(inode->gid),
		.mtime = htole64((uint64_t)inode->mtime),
		.mtime_nsec = htole32(inode->mtime_ns),
		.nlink = htole32(is_folder(inode) ? folder_links(image, place) : place->links),
	};

	if (xattrs > 0) {
		disk.xattr_icount =
			htole16((uint16_t)((xattrs - sizeof(struct erofs_xattr_header)) / 4 + 1));
		each_xattr(image->tree, inode, write_xattr, &at);
	}
	if (S_ISREG(inode->mode))
		write_file(inode, head, start, &disk);
	else if (place->data_size > 0)
		write_data(image, place, head, inode, start, &disk);
	else
		disk.u = htole32(inode->rdev);
	memcpy(start, &disk, sizeof(disk));
}

static void write_super(const struct image *image, int64_t tar_size, const unsigned char *identity)
{
	const uint64_t root = nid_of(image, image->tree->names[0].inode);
	const uint64_t tar_blocks = ((uint64_t)tar_size + EROFS_BLOCK - 1) / EROFS_BLOCK;
	struct erofs_super super = {
		.magic = htole32(EROFS_MAGIC),
		.blkszbits = EROFS_BLOCK_BITS,
		.root_nid = htole16((uint16_t)root),
		.inos = htole64(image->order_count),
		.blocks = htole32((uint32_t)(image->end / EROFS_BLOCK)),
		.feature_incompat = htole32(EROFS_CHUNKED_FILE | EROFS_DEVICE_TABLE),
		.extra_devices = htole16(1),
		.devt_slotoff =
			htole16((EROFS_SUPER_OFFSET + sizeof(super)) / sizeof(struct erofs_device)),
	};
	const struct erofs_device device = { .tag = "tar",
					     .blocks_lo = htole32((uint32_t)tar_blocks),
					     .blocks_hi = htole16((uint16_t)(tar_blocks >> 32)) };

	memcpy(super.uuid, identity, sizeof(super.uuid));
	memcpy(image->bytes + EROFS_SUPER_OFFSET, &super, sizeof(super));
	memcpy(image->bytes + EROFS_SUPER_OFFSET + sizeof(super), &device, sizeof(device));
}

static int image_init(struct image *image, const struct layer_tree *tree,
		      struct containr_error *err)
{
	/* each folder has two children more, of which there are not more than inodes */
	const size_t children = tree->name_count + 2 * tree->inode_count;

	*image = (struct image) { .tree = tree };
	image->places = calloc(tree->inode_count, sizeof(*image->places));
	image->order = calloc(tree->inode_count, sizeof(*image->order));
	image->children = calloc(children, sizeof(*image->children));
	if (!image->places || !image->order || !image->children)
		return fail_oom(err);
	for (uint32_t i = 0; i < tree->name_count; i++)
		if (!tree->names[i].is_gone)
			image->places[tree->names[i].inode].folder_name = i;
	return 0;
}

int erofs_write(const struct layer_tree *tree, int64_t tar_size, const unsigned char *identity,
		int fd, struct containr_error *err)
{
	__attribute__((cleanup(image_release))) struct image image;
	int r = image_init(&image, tree, err);

	if (r < 0)
		return r;
	place_all(&image);
	if (image.end / EROFS_BLOCK >= NO_BLOCK || image.inodes_end > UINT32_MAX)
		return fail(err, CONTAINR_E_INVALID_ARCHIVE, "the layer has too many files");
	image.bytes = calloc(1, image.end);
	if (!image.bytes)
		return fail_oom(err);
	write_super(&image, tar_size, identity);
	for (size_t i = 0; i < image.order_count; i++)
		write_inode(&image, i);
	if (fs_write_all(fd, image.bytes, image.end) < 0)
		return fail_sys(err, CONTAINR_E_IO, "cannot write the layer's index");
	return 0;
}
