/* SPDX-License-Identifier: MIT */
#ifndef IMAGE_ARCHIVE_EROFS_FORMAT_H
#define IMAGE_ARCHIVE_EROFS_FORMAT_H

#include <stdint.h>

/*
 * What we write of EROFS's format, as it lies on the disk (fs/erofs/erofs_fs.h of the kernel says it
 * all). Numbers are little-endian.
 */

#define EROFS_MAGIC 0xe0f5e1e2U
#define EROFS_SUPER_OFFSET 1024
#define EROFS_BLOCK_BITS 9
#define EROFS_BLOCK (1U << EROFS_BLOCK_BITS)
#define EROFS_SLOT 32 /* inodes begin at multiples of it: their number is their place */

/* feature_incompat */
#define EROFS_CHUNKED_FILE 0x4U
#define EROFS_DEVICE_TABLE 0x8U

struct erofs_super {
	uint32_t magic;
	uint32_t checksum;
	uint32_t feature_compat;
	uint8_t blkszbits;
	uint8_t sb_extslots;
	uint16_t root_nid;
	uint64_t inos;
	uint64_t epoch;
	uint32_t fixed_nsec;
	uint32_t blocks;
	uint32_t meta_blkaddr;
	uint32_t xattr_blkaddr;
	uint8_t uuid[16];
	uint8_t volume_name[16];
	uint32_t feature_incompat;
	uint16_t available_compr_algs;
	uint16_t extra_devices;
	uint16_t devt_slotoff; /* in device records, from the start of the image */
	uint8_t dirblkbits;
	uint8_t xattr_prefix_count;
	uint32_t xattr_prefix_start;
	uint64_t packed_nid;
	uint8_t xattr_filter_reserved;
	uint8_t reserved[23];
};
_Static_assert(sizeof(struct erofs_super) == 128, "as the kernel has it");

struct erofs_device {
	char tag[64];
	uint32_t blocks_lo;
	uint32_t mapped_blkaddr;
	uint16_t blocks_hi;
	uint16_t mapped_blkaddr_hi;
	uint8_t reserved[52];
};
_Static_assert(sizeof(struct erofs_device) == 128, "as the kernel has it");

/* format: bit 0 says "extended", bits 1 to 3 how the data lies */
#define EROFS_EXTENDED 1U
#define EROFS_LAYOUT_INLINE 2U /* the last part, of less than a block, behind the inode */
#define EROFS_LAYOUT_CHUNKS 4U
#define EROFS_INODE_SIZE 64U

struct erofs_inode {
	uint16_t format;
	uint16_t xattr_icount; /* (size of the attributes - 12) / 4 + 1 */
	uint16_t mode;
	uint16_t reserved;
	uint64_t size;
	uint32_t u; /* first block, or device number, or format of the chunks */
	uint32_t ino;
	uint32_t uid;
	uint32_t gid;
	uint64_t mtime;
	uint32_t mtime_nsec;
	uint32_t nlink;
	uint8_t reserved2[16];
};
_Static_assert(sizeof(struct erofs_inode) == EROFS_INODE_SIZE, "as the kernel has it");

#define EROFS_CHUNK_INDEXES 0x20U

/* Where a chunk lies; device 0 is the image itself. */
struct erofs_chunk {
	uint16_t startblk_hi;
	uint16_t device_id;
	uint32_t startblk_lo;
};
_Static_assert(sizeof(struct erofs_chunk) == 8, "as the kernel has it");

struct erofs_dirent {
	uint64_t nid;
	uint16_t nameoff;
	uint8_t file_type;
	uint8_t reserved;
} __attribute__((packed));
_Static_assert(sizeof(struct erofs_dirent) == 12, "as the kernel has it");

enum erofs_file_type {
	EROFS_FT_REG_FILE = 1,
	EROFS_FT_DIR,
	EROFS_FT_CHRDEV,
	EROFS_FT_BLKDEV,
	EROFS_FT_FIFO,
	EROFS_FT_SOCK,
	EROFS_FT_SYMLINK,
};

struct erofs_xattr_header {
	uint32_t name_filter;
	uint8_t shared_count;
	uint8_t reserved[7];
};
_Static_assert(sizeof(struct erofs_xattr_header) == 12, "as the kernel has it");

struct erofs_xattr_entry {
	uint8_t name_len;
	uint8_t name_index;
	uint16_t value_size;
};

#define EROFS_XATTR_USER 1
#define EROFS_XATTR_TRUSTED 4
#define EROFS_XATTR_SECURITY 6

#endif
